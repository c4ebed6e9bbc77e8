import { afterEach } from '@jest/globals';
import {
  createFleet,
  type Fleet,
  type FleetOptions,
  type MigrationEvent,
  type RolloutReport,
  RolloutStoppedError,
  type TenantDefinition,
} from '../../src/migrator.js';
import { failureOf } from '../support/jest/failure-of.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

type Files = Record<string, string>;

/** A fleet, and the events that it has emitted so far. */
export interface ObservedFleet {
  readonly fleet: Fleet<TenantDefinition>;
  readonly events: MigrationEvent[];
  /** The folder with the tenants' files. */
  readonly directory: string;
}

interface Given extends Omit<FleetOptions, 'tenants'> {
  /** Files for each tenant. */
  files: Files;
  tenants: Omit<FleetOptions['tenants'], 'directory'>;
  onEvent?: (event: MigrationEvent) => void;
}

const open: Fleet<TenantDefinition>[] = [];

/** A fleet on these files, with shared files only if there are any. It is closed after the test. */
export async function fleetOn(shared: Files, { files, tenants, onEvent, ...options }: Given): Promise<ObservedFleet> {
  const hasShared = Object.keys(shared).length > 0;
  const directory = await migrationsDirectory(files);
  const events: MigrationEvent[] = [];
  const fleet = createFleet({
    ...options,
    ...(hasShared && { directory: await migrationsDirectory(shared) }),
    tenants: { directory, sharedFiles: hasShared, ...tenants },
    onEvent: (event) => {
      events.push(event);
      onEvent?.(event);
    },
  });
  open.push(fleet);
  return { fleet, events, directory };
}

/** Tenants `t0`, `t1`, … with the schemas `s0`, `s1`, … */
export function tenantsUpTo(count: number): TenantDefinition[] {
  return Array.from({ length: count }, (_, i) => ({ name: `t${i}`, schema: `s${i}` }));
}

/** `t0 applied 1_a.sql`, one line for each tenant. */
export function inBrief({ tenants }: RolloutReport): string[] {
  return tenants.map(({ tenant, outcome, applied }) => [tenant, outcome, ...applied].join(' '));
}

/** The report of a rollout that stopped. */
export async function stopOf(rollout: Promise<unknown>): Promise<RolloutStoppedError> {
  return failureOf(rollout, RolloutStoppedError);
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((fleet) => fleet.close()));
});
