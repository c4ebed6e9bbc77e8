import { Logger } from '@nestjs/common';
import { MigrationError } from '../core/errors.js';
import type { MigrationRun } from '../migrator/migrate.js';
import type { Migrator } from '../migrator/migrator.js';
import type { ResolvedModuleOptions } from './options.js';

/** What the bootstrap did. */
export interface MigrationsReady {
  /** The run, when `onBootstrap` is `migrate`. */
  readonly run: MigrationRun | undefined;
}

const logger = new Logger('Migrations');

/** Does what `onBootstrap` says. An error from here stops the start of the application. */
export async function bootstrap(
  migrator: Migrator,
  { onBootstrap, directory }: ResolvedModuleOptions,
): Promise<MigrationsReady> {
  try {
    if (onBootstrap === 'off') return { run: undefined };
    if (onBootstrap === 'validate') {
      await migrator.validate();
      logger.log('The database is up to date');
      return { run: undefined };
    }
    const run = await migrator.migrate();
    if (run.applied.length === 0) logger.log(`Nothing to apply from ${directory} (${run.durationMs} ms)`);
    return { run };
  } catch (error) {
    throw readable(error);
  }
}

/** Nest logs the stack of what stops a start; for an error that explains itself, the explanation is all there is to say. */
function readable(error: unknown): unknown {
  if (error instanceof MigrationError) error.stack = `${error.name}: ${error.message}`;
  return error;
}
