import { afterEach, expect, test } from '@jest/globals';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnknownMigrationError, type Migrator } from '../../../src/migrator.js';
import { checksum } from '../../../src/core/migration/checksum.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('accept');
afterEach(() => expectNoLeftovers(db));

const EDITED = 'CREATE TABLE one (id int);\n';

/** 1.sql was edited and 2.sql renamed since they were applied. */
async function drifted(): Promise<Migrator> {
  const { migrator, directory } = await migratorOn(db, { '1.sql': 'SELECT 1', '2.sql': 'SELECT 2' });
  await migrator.migrate();
  await writeFile(join(directory, '1.sql'), EDITED);
  await rename(join(directory, '2.sql'), join(directory, '2_b.sql'));
  return migrator;
}

const codes = async (migrator: Migrator): Promise<string[]> =>
  (await migrator.drift()).map(({ code, subject }) => `${code} ${subject}`);

test('accept() of one file records its checksum, its text and the reason, and leaves the others', async () => {
  const migrator = await drifted();
  const [action, ...others] = await migrator.accept({ file: '1.sql', reason: 'the column was there already' });
  expect(others).toEqual([]);
  expect(action).toMatchObject({ kind: 'checksum', file: '1.sql', to: checksum(EDITED) });
  expect(await codes(migrator)).toEqual(['RENAMED 2_b.sql']);
  expect((await migrator.diff('1.sql')).text).toBe('');
  expect((await migrator.audit()).at(-1)).toMatchObject({
    action: 'accept',
    files: ['1.sql'],
    reason: 'the column was there already',
    details: { changes: [action] },
  });
});

test('accept() without a file accepts all', async () => {
  const migrator = await drifted();
  expect((await migrator.accept({ reason: 'reviewed' })).map(({ file }) => file)).toEqual(['1.sql', '2_b.sql']);
  expect(await codes(migrator)).toEqual([]);
  expect((await historyOf(db)).map((row) => row.migration_file)).toEqual(['1.sql', '2_b.sql']);
});

test('accept() of a file that has not drifted is an error, and changes nothing', async () => {
  const migrator = await drifted();
  const error = await failureOf(migrator.accept({ file: '9.sql' }), UnknownMigrationError);
  expect(error.message).toContain('There is nothing to accept for 9.sql');
  expect(await codes(migrator)).toEqual(['CHANGED 1.sql', 'RENAMED 2_b.sql']);
});
