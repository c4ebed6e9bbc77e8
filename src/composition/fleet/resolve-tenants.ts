import { relative, resolve as absolute, sep } from 'node:path';
import * as v from 'valibot';
import { nameProblem } from '../../core/tenants/check-tenants.js';
import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';
import type { FleetEngineFactory } from '../../core/ports/engine.js';
import type { Gate } from '../../core/tenants/rollout-settings.js';
import { isShare, type WaveDefinition } from '../../core/tenants/waves.js';
import type { MigratorOptions, ResolvedOptions } from '../options.js';
import { count, flag, isObject, milliseconds, notEmpty, objectOf, oneOf, type Fields } from '../validation/checks.js';
import { migratorFields, resolve, resolveWithoutConnection } from '../validation/migrator-options.js';
import type { ResolvedTenantsOptions, TenantList, TenantsOptions } from './tenants-options.js';

const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 1;
const numberOrShare = v.custom<number | `${number}%`>(
  (value) => isCount(value) || isShare(value),
  'expected a whole number of at least 1, or a share such as "1%"',
);

const wave = v.custom<WaveDefinition>(
  (value) =>
    isObject(value) &&
    Object.keys(value).length === 1 &&
    (('group' in value && typeof value.group === 'string' && nameProblem(value.group) === undefined) ||
      ('first' in value && (isCount(value.first) || isShare(value.first)))),
  'expected { group: "name" } or { first: 3 } or { first: "10%" }',
);

const gate = v.custom<number | Gate>(
  (value) => typeof value === 'function' || v.is(milliseconds(0), value),
  'expected a delay in ms, or a function',
);

const engine = v.custom<FleetEngineFactory>(
  (value) => isObject(value) && 'create' in value && typeof value.create === 'function',
  'expected an engine, such as pgBoss() of "nestjs-pg-migrations/pg-boss"',
);

/** What `list` may be, for messages. */
export const LIST = 'expected an array of tenants, an SQL query, or a function';

/** A check for a list that needs no providers. */
export const tenantList = v.custom<TenantList>(
  (value) => Array.isArray(value) || typeof value === 'function' || (typeof value === 'string' && value.trim() !== ''),
  LIST,
);

const fields: Omit<Fields<ResolvedTenantsOptions>, 'list'> = {
  directory: notEmpty,
  listTimeout: v.optional(milliseconds(0), 10_000),
  history: v.optional(oneOf(['shared', 'per-tenant']), 'shared'),
  sharedFiles: v.optional(flag, true),
  rollout: v.optional(
    objectOf({
      waves: v.optional(v.array(wave, 'expected an array'), []),
      gate: v.optional(gate),
      stopAfter: v.optional(numberOrShare, 1),
      parallelism: v.optional(count(1), 4),
    }),
    {},
  ) as v.GenericSchema<unknown, ResolvedTenantsOptions['rollout']>,
  engine: v.optional(engine),
};

/** A check for the option `tenants`. @param list a check for the list. @param more checks for further options. */
export function tenantsOption<List, More = object>(list: v.GenericSchema<unknown, List>, more?: Fields<More>) {
  const { directory, ...others } = fields;
  return objectOf({ directory, list, ...others, ...more }) as v.GenericSchema<
    unknown,
    Omit<ResolvedTenantsOptions, 'list'> & { readonly list: List } & More
  >;
}

const schema = objectOf({ ...migratorFields, tenants: tenantsOption(tenantList) });

/** Contradictions between the option `tenants` and the others. */
export function tenantsContradictions(options: MigratorOptions, tenants: unknown): ConfigurationProblem[] {
  if (tenants === undefined) return [];
  const given = isObject(tenants) && 'directory' in tenants ? tenants.directory : undefined;
  return [
    ...(options.tracking === false ? [WITHOUT_HISTORY] : []),
    ...(options.recursive === true && typeof given === 'string' && isWithin(given, options.directory ?? 'migrations')
      ? [READ_TWICE]
      : []),
    ...(isObject(tenants) && 'worker' in tenants && tenants.worker === true && !('engine' in tenants)
      ? [NO_ENGINE]
      : []),
  ];
}

const WITHOUT_HISTORY: ConfigurationProblem = {
  option: 'tenants',
  code: 'incompatible',
  others: [{ option: 'tracking', given: 'false' }],
  detail: 'cannot be combined with tracking: false: only the history shows which tenants are behind',
};

const NO_ENGINE: ConfigurationProblem = {
  option: 'tenants.worker',
  code: 'incompatible',
  others: [{ option: 'tenants.engine' }],
  detail: 'needs "tenants.engine": without an engine, a rollout runs in the calling process',
};

const READ_TWICE: ConfigurationProblem = {
  option: 'tenants.directory',
  code: 'incompatible',
  others: [{ option: 'directory' }, { option: 'recursive', given: 'true' }],
  detail: 'lies within "directory", which is read recursively: its files would run as shared files too. Move it out',
};

/** Checks options and fills in the defaults. @throws ConfigurationError listing every problem */
export function resolveFleetOptions(
  options: FleetOptionsToCheck,
): ResolvedOptions & { readonly tenants: ResolvedTenantsOptions } {
  return resolve(schema, options, contradictionsOf(options));
}

/** The same for options that may lack a connection. */
export function resolveFleetFileOptions(options: FleetOptionsToCheck): ReturnType<typeof resolveFleetOptions> {
  return resolveWithoutConnection(schema, options, contradictionsOf(options));
}

/** Options from code, or from a file that may contain anything. */
type FleetOptionsToCheck = (MigratorOptions & { tenants: TenantsOptions }) | Readonly<Record<string, unknown>>;

function contradictionsOf(options: FleetOptionsToCheck): ConfigurationProblem[] {
  const given: Partial<FleetOptionsToCheck> = isObject(options) ? options : {};
  return tenantsContradictions(given, given.tenants);
}

function isWithin(inner: string, outer: string): boolean {
  const path = relative(absolute(outer), absolute(inner));
  return path !== '..' && !path.startsWith(`..${sep}`);
}
