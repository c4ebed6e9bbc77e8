import type { Finding } from '../../core/errors/finding.js';
import type { TenantRecord, UnreadRecord } from '../../core/tenants/standing.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import type { DriftReadOptions } from '../../migrator/use-cases/catalog/drift.js';
import { withObjectDiffs } from '../../migrator/use-cases/catalog/object-diffs.js';
import type { FleetParts } from '../parts.js';
import { selected, type TenantSelection } from '../selection.js';
import { FileDrift } from './file-drift.js';
import { SchemaDrift } from './schema-drift.js';

/** Options of {@link Fleet.drift}. */
export interface FleetDriftOptions extends TenantSelection, Pick<DriftReadOptions, 'only'> {
  /**
   * Adds a unified diff to the findings about objects. For an object that only one of two tenants has, it shows the whole
   * definition.
   * @default false
   */
  readonly diff?: boolean;
}

/** How a tenant disagrees with the files, and with the tenants that have the same migrations. */
export interface TenantDrift {
  readonly tenant: string;
  readonly group: string | undefined;
  /** Each has the name of the tenant. */
  readonly findings: readonly Finding[];
  /**
   * Whether its schema was compared with others. False while its migrations are running or after one has failed, while
   * somebody changes its schema, if no other tenant has the same migrations and placeholder values, or if it is none of
   * the twenty most common schemas.
   */
  readonly isCompared: boolean;
  /** Why it was not compared; also undefined if schemas are not compared at all, or if `error` gives the reason. */
  readonly notCompared?: string;
  /** Why the tenant could not be read; its findings are then incomplete. @default it could be read */
  readonly error?: Error;
}

/** How the tenants disagree with the files, and with each other. */
export interface FleetDrift {
  /** About no particular tenant: why some were not compared. */
  readonly findings: readonly Finding[];
  /** In the order of the list. */
  readonly tenants: readonly TenantDrift[];
}

/** Reads the histories of tenants and compares their schemas. */
export async function fleetDrift(
  parts: FleetParts,
  { diff = false, only, ...selection }: FleetDriftOptions,
): Promise<FleetDrift> {
  const [set, all] = await Promise.all([parts.source.refresh(), parts.list()]);
  const reported = selected(all, selection);
  const read = only === 'files' ? reported : all;
  const found = await parts.records.read(read, set);
  const records = new Map(read.map((tenant, i) => [tenant, found[i] as TenantRecord | UnreadRecord]));
  const files = new FileDrift(set, parts.policy, parts.target);
  const schemas = new SchemaDrift(parts, set, only === 'files' ? new Map() : records);
  await schemas.find();
  const driftOf = async (tenant: Tenant): Promise<TenantDrift> => {
    const record = records.get(tenant) as TenantRecord | UnreadRecord;
    const error = 'problem' in record ? record.problem : schemas.problems.get(tenant);
    const ofFiles = only === 'schema' || 'problem' in record ? [] : files.of(tenant, record);
    const ofSchema = schemas.findings.get(tenant) ?? [];
    const findings = [...ofFiles, ...(diff ? await withDiffs(parts, tenant, ofSchema) : ofSchema)];
    const isCompared = schemas.compared.has(tenant);
    const notCompared = error ? undefined : schemas.reasons.get(tenant);
    return {
      tenant: tenant.name,
      group: tenant.group,
      findings,
      isCompared,
      ...(notCompared !== undefined && { notCompared }),
      ...(error && { error }),
    };
  };
  const tenants: TenantDrift[] = [];
  for (const tenant of reported) tenants.push(await driftOf(tenant));
  return { tenants, findings: schemas.notes };
}

async function withDiffs(
  { diffTexts }: FleetParts,
  { name }: Tenant,
  findings: readonly Finding[],
): Promise<readonly Finding[]> {
  const [first] = findings;
  if (!first) return findings;
  const labels = { recorded: `tenant ${first.comparedWith?.tenant ?? ''}`, actual: `tenant ${name}` };
  return withObjectDiffs(findings, labels, diffTexts);
}
