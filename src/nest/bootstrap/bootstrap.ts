import type { Logger } from '@nestjs/common';
import { backOff } from 'exponential-backoff';
import type { EmitEvent } from '../../core/events/events.js';
import { DatabaseConnectionError } from '../../core/errors/errors.js';
import { interruptible } from '../../composition/interruptible.js';
import type { MigrationRun } from '../../migrator/run/migrate.js';
import type { Migrator } from '../../migrator/migrator.js';
import type { BackgroundRun } from './background-run.js';
import type { ResolvedModuleOptions } from '../options.js';

/** What the bootstrap did. */
export interface MigrationsReady {
  /** The run, when `onBootstrap` is `migrate`. */
  readonly run: MigrationRun | undefined;
  /** The run, when `onBootstrap` is `background`: it goes on, and rejects when it fails. */
  readonly background?: Promise<MigrationRun>;
}

/** Does what `onBootstrap` says. An error from here stops the start of the application, so nothing may stay open. */
export async function bootstrap(
  migrator: Migrator,
  options: ResolvedModuleOptions,
  emit: EmitEvent,
  background: BackgroundRun,
  logger: Logger,
): Promise<MigrationsReady> {
  try {
    switch (options.onBootstrap) {
      case 'off':
        return { run: undefined };
      case 'background':
        return {
          run: undefined,
          background: background.start((shutdown) =>
            interruptible(
              (signal) => migrate(migrator, options.directory, logger, AbortSignal.any([shutdown, signal])),
              (message) => logger.warn(message),
            ),
          ),
        };
      case 'validate':
        await validate(migrator, options.timeouts.connectRetry, emit);
        logger.log('The database is up to date');
        return { run: undefined };
      case 'migrate':
        return {
          run: await interruptible(
            (signal) => migrate(migrator, options.directory, logger, signal),
            (message) => logger.warn(message),
          ),
        };
    }
  } catch (error) {
    await migrator.close();
    throw error;
  }
}

async function migrate(
  migrator: Migrator,
  directory: string,
  logger: Logger,
  signal: AbortSignal,
): Promise<MigrationRun> {
  const run = await migrator.migrate(signal);
  if (run.applied.length === 0) logger.log(`Nothing to apply from ${directory} (${run.durationMs} ms)`);
  return run;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

/** Reads give up at once when the database cannot be reached; at the start it may come up after the application. */
async function validate(migrator: Migrator, retryForMs: number, emit: EmitEvent): Promise<void> {
  const deadline = Date.now() + retryForMs;
  await backOff(() => migrator.validate(), {
    startingDelay: FIRST_DELAY_MS,
    maxDelay: LONGEST_DELAY_MS,
    jitter: 'full',
    numOfAttempts: Number.MAX_SAFE_INTEGER,
    retry: (error: unknown, attempt) => {
      if (!(error instanceof DatabaseConnectionError) || error.code !== 'UNREACHABLE') return false;
      if (Date.now() >= deadline) return false;
      emit({ type: 'connection-retry', attempt, reason: error.message });
      return true;
    },
  });
}
