import { expect } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError, type Finding, type Migrator } from '../../../../src/migrator.js';
import type { TestDatabase } from '../../../support/database/database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { migratorOn, type ObservedMigrator } from '../../../support/migrator/migrator-on.js';

export const BUILD = 'CREATE UNIQUE INDEX CONCURRENTLY u ON t (a);';
export const FILE = `-- no-transaction\nCREATE TABLE one ();\n${BUILD}\nCREATE TABLE two ();\n`;
export const FOUND = {
  code: 'INVALID_INDEX',
  severity: 'warning',
  subject: 'Index public.u',
  detail: '1.sql',
  actual: 'public.u',
  remedy: expect.stringContaining('DROP INDEX CONCURRENTLY public.u;'),
  remedies: [],
};

/** `1.sql` failed to build a unique index over duplicates. */
export async function failedBuild(db: TestDatabase): Promise<ObservedMigrator & { error: MigrationFailedError }> {
  await db.query('CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)');
  const observed = await migratorOn(db, { '1.sql': FILE });
  return { ...observed, error: await failureOf(observed.migrator.migrate(), MigrationFailedError) };
}

/** Whether the index is there, and valid. */
export const indexOn = async (db: TestDatabase): Promise<string | undefined> => {
  const { rows } = await db.query<{ valid: boolean }>(
    `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('public.u')`,
  );
  return rows[0] && (rows[0].valid ? 'valid' : 'invalid');
};

export const rewrite = ({ directory }: ObservedMigrator, text: string): Promise<void> =>
  writeFile(join(directory, '1.sql'), text);

/** What a check finds besides the failure of the migration, which is a finding of its own. */
export const driftBesidesFailures = async (migrator: Migrator): Promise<Finding[]> =>
  (await migrator.drift()).filter(({ code }) => code !== 'FAILED');

/** The index is found until it is dropped. */
export async function expectFoundUntilDropped(db: TestDatabase, { migrator }: ObservedMigrator): Promise<void> {
  expect(await indexOn(db)).toBe('invalid');
  expect((await migrator.drift()).filter(({ code }) => code === 'INVALID_INDEX')).toEqual([FOUND]);
  await db.query('DROP INDEX CONCURRENTLY public.u');
  expect((await migrator.drift()).filter(({ code }) => code === 'INVALID_INDEX')).toEqual([]);
}
