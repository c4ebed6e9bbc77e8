import { DatabaseConnectionError } from '../../core/errors/database-errors.js';
import { renderFinding } from '../../core/errors/finding.js';
import type { EmitEvent } from '../../core/events/events.js';
import type { Migrator } from '../../migrator/migrator.js';
import type { MigrationRun } from '../../migrator/run/run-report.js';
import { retry } from '../../timing/retry.js';
import type { ResolvedModuleOptions } from '../configuration/options.js';
import type { MigrationEvents } from '../events/migration-events.js';
import type { BackgroundRun } from './background-run.js';

/** The result of the bootstrap. */
export interface MigrationsReady {
  /** The finished run, if `onBootstrap` is `migrate`. */
  readonly run: MigrationRun | undefined;
  /** The running run, if `onBootstrap` is `background`. Rejects if it fails. */
  readonly background?: Promise<MigrationRun>;
}

/** Carries out `onBootstrap`. An error stops the start of the application, so it closes all connections first. */
export async function bootstrap(
  migrator: Migrator,
  options: ResolvedModuleOptions,
  { emit, logger }: MigrationEvents,
  background: BackgroundRun,
): Promise<MigrationsReady> {
  try {
    switch (options.onBootstrap) {
      case 'off':
        return { run: undefined };
      case 'background':
        return { run: undefined, background: background.start() };
      case 'validate':
        for (const warning of await validate(migrator, options.timeouts.connectRetry, emit))
          logger.warn(renderFinding(warning));
        logger.log(`${migrator.target} is up to date`);
        return { run: undefined };
      case 'migrate':
        return { run: await migrator.migrate() };
    }
  } catch (error) {
    await migrator.close();
    throw error;
  }
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
