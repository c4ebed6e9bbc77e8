import { finding, type Finding } from '../../core/errors/finding.js';
import { asError } from '../../core/errors/wording.js';
import { haveSameRows } from '../../core/history/history.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import { alikeIn, peersOf, type FingerprintedTenant } from '../../core/tenants/odd-ones.js';
import { schemaProblems, type TenantRecord, type UnreadRecord } from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { FleetParts } from '../parts.js';
import { compareVariants } from './compare-variants.js';
import { Kinds } from './kinds.js';

type Parts = Pick<FleetParts, 'catalogs' | 'ignoresObject' | 'policy' | 'records' | 'secretsOf' | 'valuesOf'>;
type Alike = readonly (readonly Tenant[])[];

/** Reading the objects of thousands of different schemas would take hours, and nobody would read the findings. */
const MAX_COMPARED = 20;

/** Finds how the schemas of tenants differ from those of tenants with the same migrations and placeholder values. */
export class SchemaDrift {
  /** The differences of each tenant that has any. */
  readonly findings = new Map<Tenant, readonly Finding[]>();
  /** The tenants whose schemas were compared with those of others. */
  readonly compared = new Set<Tenant>();
  /** Why the schema of any other tenant was not compared; empty if none was to be. */
  readonly reasons = new Map<Tenant, string>();
  /** Why the schema of a tenant could not be read. */
  readonly problems = new Map<Tenant, Error>();
  /** Why many tenants were not compared. */
  readonly notes: Finding[] = [];

  /** @param records of all tenants: even if only some are reported, the others show what most of them have. */
  constructor(
    private readonly parts: Parts,
    private readonly set: MigrationSet,
    private readonly records: ReadonlyMap<Tenant, TenantRecord | UnreadRecord>,
  ) {}

  /** Never rejects: if nothing can be read, every tenant has that problem. */
  async find(): Promise<this> {
    try {
      for (const peers of peersOf(await this.fingerprints())) await this.compare(alikeIn(peers));
    } catch (error) {
      this.fail([...this.records.keys()], error);
    }
    this.noteProblems();
    return this;
  }

  private async fingerprints(): Promise<readonly FingerprintedTenant[]> {
    const { catalogs } = this.parts;
    if (!catalogs) return [];
    const settled = this.settled();
    if (settled.length < 2) return [];
    const kinds = new Kinds(this.parts, this.set);
    const ofFiles = settled.map(({ tenant, record }) => kinds.of(tenant, record.history));
    if (new Set(ofFiles).size === settled.length)
      this.note(settled.length, 'no two of them have the same migrations and the same placeholder values');
    const found = await catalogs.fingerprints(settled.map(({ tenant }) => tenant));
    return settled.flatMap(({ tenant }, i) => {
      const read = found[i];
      if (read && 'problem' in read) this.problems.set(tenant, read.problem);
      if (!read || 'problem' in read) return [];
      if (read.fingerprint === undefined) {
        this.reasons.set(tenant, 'somebody is changing its tables');
        return [];
      }
      return [{ tenant, fingerprint: read.fingerprint, kind: `${read.kind} ${ofFiles[i] ?? ''}` }];
    });
  }

  /** The tenants of which it is known which migrations their schemas have. */
  private settled(): readonly { readonly tenant: Tenant; readonly record: TenantRecord }[] {
    return [...this.records].flatMap(([tenant, record]) => {
      if ('problem' in record) return [];
      const reason = whyUnsettled(tenant, record, this.set);
      this.reasons.set(tenant, reason ?? 'no other tenant has the same migrations and placeholder values');
      return reason === undefined ? [{ tenant, record }] : [];
    });
  }

  /** @param alike tenants that should all have the same objects, in lists of those that do. */
  private async compare(alike: Alike): Promise<void> {
    const { catalogs } = this.parts;
    const [chosen, others] = [alike.slice(0, MAX_COMPARED), alike.slice(MAX_COMPARED).flat()];
    for (const tenant of chosen.flat()) this.compared.add(tenant);
    for (const tenant of chosen.flat()) this.reasons.delete(tenant);
    for (const tenant of others)
      this.reasons.set(tenant, `its schema is not one of the ${MAX_COMPARED} most common ones`);
    if (others.length > 0)
      this.note(
        others.length,
        `only the ${MAX_COMPARED} most common of ${alike.length} different schemas are compared`,
      );
    if (!catalogs || alike.length === 1) return;
    const found = await compareVariants({ ...this.parts, catalogs }, chosen, (tenants, problem) =>
      this.fail(tenants, problem),
    );
    for (const [tenant, findings] of found) if (findings.length > 0) this.findings.set(tenant, findings);
    await this.forgetMigrated(chosen);
  }

  /** A tenant that was migrated after its history had been read differs for that reason. */
  private async forgetMigrated(alike: Alike): Promise<void> {
    const read = new Set(alike.flatMap(([first]) => first ?? []));
    const involved = alike.flat().filter((tenant) => read.has(tenant) || this.findings.has(tenant));
    if (!involved.some((tenant) => this.findings.has(tenant))) return;
    const now = await this.parts.records.read(involved, this.set);
    for (const [i, tenant] of involved.entries()) {
      const record = now[i];
      if (record && 'problem' in record) this.problems.set(tenant, record.problem);
      if (hasSameHistory(this.records.get(tenant), record)) continue;
      // What was read of a tenant stands for its whole list, and has a vote.
      for (const each of read.has(tenant) ? alike.flat() : [tenant]) this.forget(each);
    }
  }

  private fail(tenants: readonly Tenant[], cause: unknown): void {
    const problem = asError(cause);
    for (const tenant of tenants) {
      this.problems.set(tenant, problem);
      this.forget(tenant);
    }
  }

  private forget(tenant: Tenant): void {
    this.findings.delete(tenant);
    this.compared.delete(tenant);
    this.reasons.set(tenant, 'it has been migrated in the meantime');
  }

  private noteProblems(): void {
    const [first] = this.problems.values();
    if (first) this.note(this.problems.size, `they could not be read (${first.message})`);
  }

  private note(count: number, detail: string): void {
    const subject = `The schemas of ${count.toLocaleString('en')} tenants`;
    this.notes.push(finding('TENANTS_NOT_COMPARED', { subject, detail }));
  }
}

/** Why it is not known which migrations the schema of a tenant has; undefined if it is. */
function whyUnsettled({ name, schema }: Tenant, record: TenantRecord, set: MigrationSet): string | undefined {
  if (schemaProblems(name, schema, record).length > 0) return 'it has no schema with a history of its own';
  const { rows } = record.history;
  const hasStarted = rows.some(({ state }) => state === 'applied');
  // One that failed left nothing behind, and will not run again once the tenant has started elsewhere.
  const checkpoints = hasStarted ? set.checkpoints.map(({ file }) => file) : [];
  const open = rows.find(
    ({ file, state }) => state === 'running' || (state === 'failed' && !checkpoints.includes(file)),
  );
  if (open) return `${open.file} ${open.state === 'failed' ? 'has failed' : 'has not finished'}`;
  return hasStarted ? undefined : 'it has no migrations yet';
}

function hasSameHistory(
  before: TenantRecord | UnreadRecord | undefined,
  now: TenantRecord | UnreadRecord | undefined,
): boolean {
  if (!before || !now || 'problem' in before || 'problem' in now) return false;
  return haveSameRows(before.history, now.history);
}
