import type { MigrationSet } from '../../core/migration/migration-set.js';
import { Standings, type KnownTenant } from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { FleetParts } from '../parts.js';

type Known = ReadonlyMap<Tenant, KnownTenant>;

/**
 * Where the tenants of a worker stand. Reading one of them costs about as much as reading all that share its history, so
 * if a rollout has more than a first few, they are read together, as a rollout without workers reads them. What
 * has changed since then, a run finds out under its lock.
 */
export class WorkerStandings {
  private list: readonly Tenant[] = [];
  private rolloutId = '';
  /** By connection; undefined where only the first tenants of the rollout were read. */
  private readonly together = new Map<string, Promise<Known> | undefined>();

  constructor(
    private readonly parts: Pick<FleetParts, 'records' | 'policy'>,
    private readonly set: MigrationSet,
  ) {}

  /** The list was read again, and contains the tenants that are asked for from now on. */
  listed(list: readonly Tenant[]): void {
    this.list = list;
    this.together.clear();
  }

  /** A tenant that is not in the result could not be read: its run finds out by itself. Never rejects. */
  async of(tenants: readonly Tenant[], rolloutId: string): Promise<Known> {
    if (this.rolloutId !== rolloutId) this.together.clear();
    this.rolloutId = rolloutId;
    const connections = new Set(tenants.filter((tenant) => this.isShared(tenant)).map(connectionOf));
    const remembered = await Promise.all([...connections].flatMap((each) => this.sharedBy(each) ?? []));
    const known = tenants.flatMap((tenant) => remembered.flatMap((each) => each.get(tenant) ?? []));
    const found = new Map(known.filter(isPlain).map((each) => [each.tenant, each]));
    return new Map([...found, ...(await this.read(tenants.filter((tenant) => !found.has(tenant))))]);
  }

  private sharedBy(connection: string): Promise<Known> | undefined {
    if (!this.together.has(connection)) {
      this.together.set(connection, undefined);
      return undefined;
    }
    const reading =
      this.together.get(connection) ??
      this.read(this.list.filter((tenant) => this.isShared(tenant) && connectionOf(tenant) === connection));
    this.together.set(connection, reading);
    return reading;
  }

  private isShared(tenant: Tenant): boolean {
    return this.parts.records.isShared(tenant);
  }

  private async read(tenants: readonly Tenant[]): Promise<Known> {
    if (tenants.length === 0) return new Map();
    const found = await this.parts.records.read(tenants, this.set).catch(() => []);
    const standings = new Standings(this.set, this.parts.policy).all(tenants, found);
    return new Map(standings.map((known) => [known.tenant, known]));
  }
}

function connectionOf({ place: { connection = '' } }: Tenant): string {
  return connection;
}

/** A tenant in any other state is read again: its run would not begin, and that may have changed. */
function isPlain({ standing: { state } }: KnownTenant): boolean {
  return state === 'behind' || state === 'failed';
}
