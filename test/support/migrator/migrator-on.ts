import { afterEach } from '@jest/globals';
import {
  type EmitEvent,
  makeMigrator,
  type MigrationEvent,
  type Migrator,
  type MigratorOptions,
  renderFinding,
} from '../../../src/migrator.js';
import type { TestDatabase } from '../database/database.js';
import { migrationsDirectory } from '../files/temp-directory.js';

export type Files = Record<string, string | Buffer>;

/** A migrator, and the events that it has emitted so far. */
export interface ObservedMigrator {
  readonly migrator: Migrator;
  readonly directory: string;
  readonly events: MigrationEvent[];
  /** Texts of its `warning` events. */
  readonly warnings: () => string[];
}

const open: Migrator[] = [];

/**
 * A migrator for these files, or for a directory, on a test database. It is closed after the test. Its `migrate` also
 * waits until the catalog is recorded, so that nothing else in the test finds the lock taken.
 *
 * @param options may name another connection than a plain one to the database.
 */
export async function migratorOn(
  db: Pick<TestDatabase, 'connectionString'>,
  files: Files | string,
  { onEvent, ...options }: MigratorOptions & { onEvent?: EmitEvent } = {},
): Promise<ObservedMigrator> {
  const directory = typeof files === 'string' ? files : await migrationsDirectory(files);
  const events: MigrationEvent[] = [];
  const named = options.pool ?? options.connection ?? options.connectionString;
  const migrator = makeMigrator({
    ...(named === undefined && { connectionString: db.connectionString }),
    directory,
    ...options,
    onEvent: (event) => {
      events.push(event);
      onEvent?.(event);
    },
  });
  const migrate = migrator.migrate.bind(migrator);
  migrator.migrate = async (given) => {
    try {
      return await migrate(given);
    } finally {
      await migrator.recorded();
    }
  };
  open.push(migrator);
  const warnings = (): string[] =>
    events.flatMap((event) => (event.type === 'warning' ? [renderFinding(event.finding)] : []));
  return { migrator, directory, events, warnings };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((migrator) => migrator.close()));
});
