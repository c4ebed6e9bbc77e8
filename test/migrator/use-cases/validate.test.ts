import { afterEach, describe, expect, test } from '@jest/globals';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationsModule } from '../../../src/index.js';
import { MigrationFailedError, NotUpToDateError } from '../../../src/migrator.js';
import { startContext } from '../../nest/support/application.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('validate');
afterEach(() => expectNoLeftovers(db));

/** `9_i.sql` failed; before and behind it there are pending ones, whose numbers sort differently as text. */
async function withFailure(): Promise<ObservedMigrator> {
  const observed = await migratorOn(db, { '2_b.sql': 'SELECT 2', '9_i.sql': 'SELECT nothing' });
  await failureOf(observed.migrator.migrate(), MigrationFailedError);
  const files = { '100_z.sql': 'SELECT 100', '1_a.sql': 'SELECT 1', '10_j.sql': 'SELECT 10', '3_c.sql': 'SELECT 3' };
  for (const [name, sql] of Object.entries(files)) await writeFile(join(observed.directory, name), sql);
  return observed;
}

const LISTED = [
  '  - 1_a.sql is out-of-order',
  '  - 3_c.sql is pending',
  '  - 9_i.sql is failed',
  '  - 10_j.sql is pending',
  '  - 100_z.sql is pending',
];

describe('validate', () => {
  test('lists pending and failed files together, in the order of migrations', async () => {
    const { migrator } = await withFailure();
    const error = await failureOf(migrator.validate(), NotUpToDateError);
    expect(error.message.split('\n').filter((line) => line.startsWith('  - '))).toEqual(LISTED);
    expect(error.pending).toEqual(['1_a.sql', '3_c.sql', '10_j.sql', '100_z.sql']);
    expect(error.failed).toEqual(['9_i.sql']);
  });

  test('lists a renamed unfinished migration where its new name belongs', async () => {
    const { migrator, directory } = await migratorOn(db, {
      '1_a.sql': '-- no-transaction\nCREATE TABLE a ();\nSELECT nothing;',
      '2_b.sql': 'SELECT 2',
    });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await rename(join(directory, '1_a.sql'), join(directory, '3_c.sql'));
    const error = await failureOf(migrator.validate(), NotUpToDateError);
    expect(error.message.split('\n').filter((line) => line.startsWith('  - '))).toEqual([
      '  - 2_b.sql is pending',
      '  - 3_c.sql is failed',
    ]);
  });

  test('does so for an application that must not start like this', async () => {
    const { directory } = await withFailure();
    const module = MigrationsModule.forRoot({
      connectionString: db.connectionString,
      directory,
      onBootstrap: 'validate',
      drift: false,
    });
    const { message } = await failureOf(startContext({ imports: [module] }), NotUpToDateError);
    expect(message.split('\n').filter((line) => line.startsWith('  - '))).toEqual(LISTED);
  });
});
