import type { Finding } from '../../core/errors/finding.js';
import { haveSameRows } from '../../core/history/history.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import { oddOnesOf, peersOf, type FingerprintedTenant, type UnlikeTenants } from '../../core/tenants/odd-ones.js';
import { schemaProblems, type TenantRecord, type UnreadRecord } from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { FleetParts } from '../parts.js';
import { compareUnlike } from './compare-unlike.js';
import { Kinds } from './kinds.js';

type Parts = Pick<FleetParts, 'catalogs' | 'ignoresObject' | 'policy' | 'records' | 'secretsOf' | 'valuesOf'>;

/** Finds how the schemas of tenants differ from those of tenants with the same migrations and placeholder values. */
export class SchemaDrift {
  /** The differences of each tenant that has any. */
  readonly findings = new Map<Tenant, readonly Finding[]>();
  /** The tenants whose schemas were compared with those of others. */
  readonly compared = new Set<Tenant>();
  /** Why the schema of a tenant could not be read. */
  readonly problems = new Map<Tenant, Error>();

  /** @param records of all tenants: even if only some are reported, the others show what most of them have. */
  constructor(
    private readonly parts: Parts,
    private readonly set: MigrationSet,
    private readonly records: ReadonlyMap<Tenant, TenantRecord | UnreadRecord>,
  ) {}

  /** @param reported the tenants whose findings are wanted. @throws MigrationError if nothing can be read. */
  async find(reported: ReadonlySet<Tenant>): Promise<this> {
    const peers = peersOf(await this.fingerprints());
    for (const { tenant } of peers.flat()) this.compared.add(tenant);
    const unlike = peers.flatMap((each) => oddOnesOf(each) ?? []);
    for (const each of unlike) await this.compare(each, reported);
    await this.forgetMigrated(unlike);
    return this;
  }

  private async fingerprints(): Promise<readonly FingerprintedTenant[]> {
    const { catalogs } = this.parts;
    const settled = [...this.records].flatMap(([tenant, record]) =>
      isSettled(tenant, record) ? [{ tenant, record }] : [],
    );
    if (!catalogs || settled.length < 2) return [];
    const kinds = new Kinds(this.parts, this.set);
    const found = await catalogs.fingerprints(settled.map(({ tenant }) => tenant));
    return settled.flatMap(({ tenant, record }, i) => {
      const read = found[i];
      if (read && 'problem' in read) this.problems.set(tenant, read.problem);
      if (!read || 'problem' in read) return [];
      const { kind, fingerprint } = read;
      return [{ tenant, fingerprint, kind: `${kind} ${kinds.of(tenant, record.history)}` }];
    });
  }

  private async compare(unlike: UnlikeTenants, reported: ReadonlySet<Tenant>): Promise<void> {
    const { catalogs } = this.parts;
    if (!catalogs) return;
    const isReported = (tenant: Tenant): boolean => reported.has(tenant);
    const found = await compareUnlike({ ...this.parts, catalogs }, unlike, isReported, (tenants, problem) => {
      for (const tenant of tenants) {
        this.compared.delete(tenant);
        this.problems.set(tenant, problem instanceof Error ? problem : new Error(String(problem)));
      }
    });
    for (const [tenant, findings] of found) if (findings.length > 0) this.findings.set(tenant, findings);
  }

  /** A tenant that was migrated after its history had been read differs for that reason. */
  private async forgetMigrated(unlike: readonly UnlikeTenants[]): Promise<void> {
    const concerned = unlike.filter(({ odd }) => odd.flat().some((tenant) => this.findings.has(tenant)));
    const involved = concerned.flatMap(({ reference, odd }) => [reference, ...odd.flat()]);
    const now = involved.length > 0 ? await this.parts.records.read(involved, this.set) : [];
    const migrated = new Set(involved.filter((tenant, i) => !hasSameHistory(this.records.get(tenant), now[i])));
    for (const { reference, odd } of concerned) {
      const dubious = odd.flat().filter((tenant) => migrated.has(reference) || migrated.has(tenant));
      for (const tenant of dubious) {
        this.findings.delete(tenant);
        this.compared.delete(tenant);
      }
    }
  }
}

/** True if it is known which migrations the schema of a tenant has. */
function isSettled({ name, schema }: Tenant, record: TenantRecord | UnreadRecord): record is TenantRecord {
  if ('problem' in record || schemaProblems(name, schema, record).length > 0) return false;
  return record.history.rows.length > 0 && record.history.rows.every(({ state }) => state === 'applied');
}

function hasSameHistory(
  before: TenantRecord | UnreadRecord | undefined,
  now: TenantRecord | UnreadRecord | undefined,
): boolean {
  if (!before || !now || 'problem' in before || 'problem' in now) return false;
  return haveSameRows(before.history, now.history);
}
