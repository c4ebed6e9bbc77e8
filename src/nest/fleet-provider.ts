import { createFleetOf } from '../composition/fleet/create-fleet.js';
import type { TenantProvider } from '../composition/fleet/tenants-options.js';
import { ConfigurationError } from '../core/errors/input-errors.js';
import type { ConfigurationProblem } from '../core/problems/configuration-problem.js';
import type { Migrator } from '../migrator/migrator.js';
import { isListFactory, type TenantFleet } from './configuration/tenants.js';
import type { ResolvedModuleOptions } from './configuration/options.js';
import type { MigrationEvents } from './events/migration-events.js';

/** The fleet of the option `tenants`; undefined without that option. */
export function fleetOf(
  { tenants, ...options }: ResolvedModuleOptions,
  { emit }: MigrationEvents,
  migrator: Migrator,
  provided: TenantProvider | undefined,
): TenantFleet | undefined {
  if (!tenants) return undefined;
  const { list } = tenants;
  if (isListFactory(list) && !provided) throw new ConfigurationError('INVALID_OPTIONS', [NOT_ASYNC]);
  const given = isListFactory(list) ? (provided as TenantProvider) : list;
  return createFleetOf(options, { ...tenants, list: given }, emit, tenants.sharedFiles ? migrator : null);
}

const NOT_ASYNC: ConfigurationProblem = {
  option: 'tenants.list',
  code: 'invalid',
  detail:
    'a list with useFactory works in forRoot() only; in forRootAsync(), inject what it needs into the factory of the options',
};
