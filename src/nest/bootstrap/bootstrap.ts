import { DatabaseConnectionError } from '../../core/errors/database-errors.js';
import { renderFinding } from '../../core/errors/finding.js';
import type { EmitEvent } from '../../core/events/events.js';
import { assertCurrent } from '../../core/tenants/readiness.js';
import type { FleetRun } from '../../fleet/fleet-options.js';
import type { Migrator } from '../../migrator/migrator.js';
import type { MigrationRun } from '../../migrator/run/run-report.js';
import { retry } from '../../timing/retry.js';
import type { ResolvedModuleOptions } from '../configuration/options.js';
import type { MigrationEvents } from '../events/migration-events.js';
import type { TenantFleet } from '../configuration/tenants.js';
import type { BackgroundRun } from './background-run.js';
import { startWorker } from './worker.js';

/** The result of the bootstrap. */
export interface MigrationsReady {
  /** The finished run of the shared files, if `onBootstrap` is `migrate`. */
  readonly run: MigrationRun | undefined;
  /** The finished rollout, if `onBootstrap` is `migrate` and there are tenants. Some of them may have failed. */
  readonly rollout?: FleetRun;
  /**
   * The running run, if `onBootstrap` is `background`. Rejects if it fails, or if a rollout fails. Undefined if there
   * are no shared files.
   */
  readonly background?: Promise<MigrationRun | undefined>;
}

/** What the bootstrap migrates. */
interface Migrating {
  readonly migrator: Migrator;
  /** Undefined without tenants. */
  readonly fleet: TenantFleet | undefined;
}

/** Carries out `onBootstrap`. An error stops the start of the application, so it closes all connections first. */
export async function bootstrap(
  { migrator, fleet }: Migrating,
  options: ResolvedModuleOptions,
  { emit, logger }: MigrationEvents,
  background: BackgroundRun,
): Promise<MigrationsReady> {
  try {
    if (fleet && options.tenants?.worker) startWorker(fleet, logger);
    switch (options.onBootstrap) {
      case 'off':
        return { run: undefined };
      case 'background':
        return { run: undefined, background: background.start() };
      case 'validate':
        await assertUpToDate({ migrator, fleet }, options, { emit, logger });
        logger.log(`${migrator.target} is up to date`);
        return { run: undefined };
      case 'migrate':
        return fleet ? rolledOut(await fleet.migrate()) : { run: await migrator.migrate() };
    }
  } catch (error) {
    await fleet?.close();
    await migrator.close();
    throw error;
  }
}

/** @throws NotUpToDateError if a shared file is pending or a tenant is behind */
async function assertUpToDate(
  { migrator, fleet }: Migrating,
  { tenants, timeouts }: ResolvedModuleOptions,
  { emit, logger }: Pick<MigrationEvents, 'emit' | 'logger'>,
): Promise<void> {
  const warnings = tenants?.sharedFiles === false ? [] : await validate(migrator, timeouts.connectRetry, emit);
  for (const warning of warnings) logger.warn(renderFinding(warning));
  if (fleet) assertCurrent((await fleet.status()).tenants, migrator.target);
}

function rolledOut(rollout: FleetRun): MigrationsReady {
  return { run: rollout.shared, rollout };
}

/** Reads are not retried, but at startup the database may become available after the application. */
function validate(migrator: Migrator, connectRetryMs: number, emit: EmitEvent): ReturnType<Migrator['validate']> {
  return retry(() => migrator.validate(), {
    forMs: connectRetryMs,
    isTransient: (error) => error instanceof DatabaseConnectionError && error.code === 'UNREACHABLE',
    onRetry: ({ attempt, error, remainingMs }) => {
      const { reason } = error as DatabaseConnectionError;
      const context = { target: migrator.target, at: new Date(), runId: undefined };
      emit({ type: 'connection-retry', ...context, attempt, reason, remainingMs });
    },
  });
}
