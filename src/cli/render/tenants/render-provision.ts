import { count } from '../../../core/errors/wording.js';
import type { ProvisionPlan } from '../../../fleet/fleet-options.js';
import type { MigrationRun } from '../../../migrator/run/run-report.js';
import type { Invocation } from '../../process/invocation.js';
import { findingText, findingToJson } from '../in-commands.js';
import { indented } from './words.js';

/** What provisioning a tenant would do, for people. */
export function renderProvisionPlan(plan: ProvisionPlan, typed: Invocation): string {
  const { tenant, schema, createsSchema, inOneTransaction, pending, refusals } = plan;
  if (refusals.length > 0)
    return [`Provisioning ${tenant} would be refused:`, ...refusals.map(findingText(typed)).map(indented)].join('\n');
  if (!createsSchema && pending.length === 0) return `Nothing to do: tenant ${tenant} has all migrations.`;
  const steps = [
    ...(createsSchema ? [`create the schema ${schema}`] : []),
    ...(pending.length > 0 ? [`apply ${count(pending.length, 'migration')}`] : []),
  ];
  const how = inOneTransaction ? ', in one transaction' : '';
  return [`This would ${steps.join(' and ')}${how}:`, ...pending.map(indented)].join('\n');
}

/** The same for programs. Its shape is stable. */
export function provisionPlanToJson({ refusals, schema, ...plan }: ProvisionPlan, typed: Invocation): object {
  return { dryRun: true, ...plan, schema: schema ?? null, refusals: refusals.map(findingToJson(typed)) };
}

/** What provisioning a tenant did, for people. */
export function renderProvisioned({ tenant, schema, createsSchema }: ProvisionPlan, { applied }: MigrationRun): string {
  const steps = [
    ...(createsSchema ? [`created the schema ${schema}`] : []),
    applied.length > 0 ? `applied ${count(applied.length, 'migration')}` : 'no migration was pending',
  ];
  return `Tenant ${tenant} is ready: ${steps.join(', ')}`;
}

/** The same for programs. Its shape is stable. */
export function provisionedToJson({ tenant, schema, createsSchema }: ProvisionPlan, run: MigrationRun): object {
  return { dryRun: false, tenant, schema: schema ?? null, createdSchema: createsSchema, run };
}
