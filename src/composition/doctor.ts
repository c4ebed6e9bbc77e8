import { check, type Check } from '../core/doctor/check.js';
import { checkDatabase } from '../core/doctor/check-database.js';
import { MigrationError } from '../core/errors/migration-error.js';
import { assetsHint, count } from '../core/errors/wording.js';
import { unusableFinding } from '../core/status/findings.js';
import { readFacts } from '../postgres/diagnosis/read-facts.js';
import { ReadConnections } from '../postgres/connection/read-connections.js';
import { connectionSource } from './connection-source.js';
import { createMigrator, migrationsOf, targetOf, type Migrations } from './create-migrator.js';
import type { ResolvedOptions } from './options.js';

/** Checks everything that a run needs. Reads only: it never locks, creates or writes. */
export async function examine(options: ResolvedOptions): Promise<readonly Check[]> {
  const migrations = migrationsOf(options);
  const { checks, isReadable } = await examineDirectory(migrations);
  const database = await examineDatabase(options);
  const isUsable = isReadable && database.every(({ level }) => level !== 'error');
  return [...checks, ...database, ...(isUsable && options.tracking ? await planned(options, migrations) : [])];
}

/** Checks a directory of migrations. */
export async function examineDirectory({ source }: Migrations) {
  try {
    const { migrations, unusable, location } = await source.read();
    const files = unusable.map((file) => check('directory', 'error', unusableFinding(file)));
    const found = `${location} has ${count(migrations.length, 'migration')}.${migrations.length > 0 ? '' : assetsHint(location)}`;
    const level = migrations.length > 0 ? 'ok' : 'warning';
    return { checks: [check('directory', level, found), ...files], isReadable: files.length === 0 };
  } catch (error) {
    return { checks: [check('directory', 'error', ours(error))], isReadable: false };
  }
}

/** Checks a database. */
export async function examineDatabase(options: ResolvedOptions): Promise<Check[]> {
  const { role, searchPath, table } = targetOf(options);
  const connections = new ReadConnections(connectionSource(options.migrateWith ?? options), options.timeouts.read);
  try {
    return checkDatabase(await readFacts(connections, { role, searchPath, table }), options);
  } catch (error) {
    return [check('connection', 'error', ours(error))];
  } finally {
    await connections.close();
  }
}

/** Whether the next run would be refused, read as the application reads. */
async function planned(options: ResolvedOptions, migrations: Migrations): Promise<Check[]> {
  const migrator = createMigrator(options, () => {}, migrations);
  try {
    const report = await migrator.plan({ locks: false });
    const { refusals, warnings } = report;
    return [
      ...refusals.map((each) => check('history', 'error', each)),
      ...warnings.map((each) => check('history', 'warning', each)),
      ...(refusals.length > 0
        ? []
        : [
            check(
              'history',
              'ok',
              `${count(report.migrations.length, 'migration')} pending: a run would not be refused.`,
            ),
          ]),
    ];
  } catch (error) {
    return [check('history', 'error', ours(error))];
  } finally {
    await migrator.close();
  }
}

/** @throws the error if it is not one of ours. */
export function ours(error: unknown): MigrationError {
  if (error instanceof MigrationError) return error;
  throw error;
}
