import { finding, subjectOfTenant, type Finding, type FindingCode } from '../errors/finding.js';
import { RefusedError } from '../errors/input-errors.js';
import { NO_HISTORY, type History } from '../history/history.js';
import type { MigrationSet } from '../migration/migration-set.js';
import { isNothingToDo, planRun } from '../status/plan.js';
import type { DriftPolicy } from '../status/policy.js';
import type { MigrationStatus } from '../status/status.js';
import type { Target } from '../target/target.js';
import type { Tenant } from './tenant.js';

/** The recorded history of a tenant. */
export interface TenantRecord {
  /** False if its schema does not exist. */
  readonly schemaExists: boolean;
  /** Another tenant to which the history of its schema belongs. @default none */
  readonly schemaOf?: string | undefined;
  /** Present if its history belongs to another schema than its present one, and the present one is not empty. */
  readonly replaced?: ReplacedSchema | undefined;
  /** The same object for tenants with the same history, if that is known. */
  readonly history: History;
}

/** Two schemas, each with its name and OID. */
export interface ReplacedSchema {
  /** The schema for which the history was recorded. */
  readonly recorded: string;
  /** The present schema of the tenant. */
  readonly actual: string;
  /** True if they have different names, so the present one may belong to any tenant; undefined if that is unknown. */
  readonly isRenamed: boolean | undefined;
}

/** Why nothing is known about a tenant. */
export interface UnreadRecord {
  readonly problem: Error;
}

/**
 * The state of a tenant. `current`: nothing to do. `behind`: migrations are pending. `failed`: the same, and one of them
 * has failed or did not finish. `refused`: nothing would run because of the findings. `missing`: it has no schema. `unknown`: its
 * database could not be read.
 */
export type TenantState = 'current' | 'behind' | 'failed' | 'refused' | 'missing' | 'unknown';

/** A tenant, joined with the files and its history. */
export interface TenantStanding {
  readonly tenant: string;
  readonly group: string | undefined;
  readonly state: TenantState;
  /** Migrations that the next run would execute. */
  readonly pending: readonly string[];
  /** Those of them that failed or did not finish. */
  readonly failed: readonly string[];
  /** The recorded error of each file that failed; one without an error did not finish. @default none failed */
  readonly errors?: Readonly<Record<string, string>>;
  /** Warnings, and the reasons for a refusal. */
  readonly findings: readonly Finding[];
  /** Only if the state is unknown: why. */
  readonly error?: Error;
}

/** Codes of the findings that stop all migrations of a tenant, whatever its files are. */
const WITHOUT_SCHEMA: readonly FindingCode[] = [
  'TENANT_SCHEMA_MISSING',
  'TENANT_SCHEMA_TAKEN',
  'TENANT_SCHEMA_REPLACED',
];

const REMOVED: readonly FindingCode[] = ['TENANT_SCHEMA_MISSING', 'TENANT_HISTORY_REMOVED'];

/** The schema of a tenant has the history of another one. @param owner undefined while its first migrations are running */
export function schemaTaken(name: string, schema: string | undefined, owner?: string): Finding {
  const about = { subject: subjectOfTenant(name), detail: schema ?? '' };
  return finding('TENANT_SCHEMA_TAKEN', owner === undefined ? about : { ...about, actual: owner });
}

/** Why nothing may run in the schema of a tenant: it does not exist, or its history is that of another tenant or schema. */
export function schemaProblems(name: string, schema: string | undefined, record: TenantRecord): readonly Finding[] {
  const { schemaExists, schemaOf, replaced } = record;
  const about = { subject: subjectOfTenant(name), detail: schema ?? '' };
  if (schemaOf !== undefined) return [schemaTaken(name, schema, schemaOf)];
  if (!schemaExists) return [finding('TENANT_SCHEMA_MISSING', about)];
  return replaced ? [schemaReplaced(name, schema, replaced)] : [];
}

/** The history of a tenant is that of another schema. */
export function schemaReplaced(
  name: string,
  schema: string | undefined,
  { recorded, actual }: ReplacedSchema,
): Finding {
  return finding('TENANT_SCHEMA_REPLACED', { subject: subjectOfTenant(name), detail: schema ?? '', recorded, actual });
}

/** The schema of a tenant is not dropped. @param why it may not be the tenant's */
export function schemaKept(name: string, schema: string, why: string): Finding {
  return finding('TENANT_SCHEMA_KEPT', { subject: subjectOfTenant(name), detail: schema, actual: why });
}

/** True if nothing may run in the schema of a tenant. */
export function hasNoSchemaOfItsOwn({ findings }: Pick<TenantStanding, 'findings'>): boolean {
  return findings.some(({ code }) => WITHOUT_SCHEMA.includes(code));
}

/** True if the history of a tenant is that of another schema. */
export function isReplaced({ findings }: Pick<TenantStanding, 'findings'>): boolean {
  return findings.some(({ code }) => code === 'TENANT_SCHEMA_REPLACED');
}

/** A tenant with what is recorded about it, and its state. */
export interface KnownTenant {
  readonly tenant: Tenant;
  readonly record: TenantRecord | UnreadRecord;
  readonly standing: TenantStanding;
}

/**
 * Checks, under the lock, that a tenant still has a history if it had one a moment ago. From an empty one, all files would
 * run again over what they have made.
 *
 * @throws RefusedError
 */
export function assertNotRemoved(before: History | undefined, now: History, target: Target): void {
  if (!before || before.rows.length === 0 || now.rows.length > 0) return;
  const { name } = target.tenant ?? target.ownSchema ?? target;
  throw new RefusedError([finding('TENANT_HISTORY_REMOVED', { subject: subjectOfTenant(name) })]);
}

/** True if nothing was run because the history or the schema of the tenant has been removed since a rollout began. */
export function isRemovalError(error: Error): boolean {
  return error instanceof RefusedError && error.refusals.some(({ code }) => REMOVED.includes(code));
}

type Joined = Omit<TenantStanding, 'tenant' | 'group'>;

/** Joins histories with files. Tenants with the same history share one plan. */
export class Standings {
  private readonly joined = new Map<History, Joined>();

  constructor(
    private readonly set: MigrationSet,
    private readonly policy: DriftPolicy,
  ) {}

  of({ name, schema, group }: Tenant, record: TenantRecord | UnreadRecord): TenantStanding {
    if ('problem' in record)
      return { tenant: name, group, state: 'unknown', pending: [], failed: [], findings: [], error: record.problem };
    const findings = schemaProblems(name, schema, record);
    if (!record.schemaExists && record.schemaOf === undefined) {
      const { pending } = this.join(NO_HISTORY);
      return { tenant: name, group, state: 'missing', pending, failed: [], findings };
    }
    if (findings.length > 0) return { tenant: name, group, state: 'refused', pending: [], failed: [], findings };
    return { tenant: name, group, ...this.join(record.history) };
  }

  /** @param records of the tenants, in their order; none if they could not be read. */
  all(tenants: readonly Tenant[], records: readonly (TenantRecord | UnreadRecord)[]): readonly KnownTenant[] {
    return records.map((record, i) => {
      const tenant = tenants[i] as Tenant;
      return { tenant, record, standing: this.of(tenant, record) };
    });
  }

  private join(history: History): Joined {
    const known = this.joined.get(history);
    if (known) return known;
    const joined = this.plan(history);
    this.joined.set(history, joined);
    return joined;
  }

  private plan(history: History): Joined {
    const plan = planRun(this.set, history, this.policy, this.set.location);
    const { toRun, warnings, refusals } = plan;
    const failed = toRun.filter(({ state }) => state === 'failed' || state === 'running').map(({ file }) => file);
    const pending = toRun.map(({ file }) => file);
    const found = { pending, failed, errors: errorsOf(toRun), findings: [...refusals, ...warnings] };
    if (isNothingToDo(plan)) return { state: 'current', ...found };
    return { state: refusals.length > 0 ? 'refused' : failed.length > 0 ? 'failed' : 'behind', ...found };
  }
}

function errorsOf(toRun: readonly MigrationStatus[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    toRun.flatMap(({ file, state, row }) => (state === 'failed' && row?.error ? [[file, row.error]] : [])),
  );
}
