import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checksum } from '../../../src/core/migration/checksum.js';
import type { MigrationFile } from '../../../src/core/migration/migration-file.js';
import { parseTableName } from '../../../src/core/target/table.js';
import {
  claimSql,
  completeSql,
  failureSql,
  LOST_CLAIM,
  noticesSql,
  recordSql,
  repairSql,
} from '../../../src/postgres/history/history-sql.js';
import { prepareTable } from '../../../src/postgres/history/history-table.js';
import { withClient } from '../../support/database.js';
import { useEmptyDatabase } from '../../support/empty-database.js';
import { historyOf } from '../../support/history-of.js';
import { expectNoLeftovers } from '../../support/leftovers.js';

const db = useEmptyDatabase('history_sql');
afterEach(() => expectNoLeftovers(db));

const table = parseTableName('shared.schema_migrations');
const RUN = '00000000-0000-4000-8000-000000000001';
const OTHER_RUN = '00000000-0000-4000-8000-000000000002';
const migration = (text: string, file = '1.sql'): MigrationFile => ({ file, text, checksum: checksum(text) });
const claimOf = (file: MigrationFile, runId: string, interruptedRun: string | null = null): string[] =>
  claimSql(table, { migration: file, interruptedRun }, runId);

beforeEach(() => withClient(db.connectionString, (client) => prepareTable(client, table)));

/** Runs statements one by one on one connection. @returns the code of the error that stopped them, if any did. */
async function run(...statements: string[]): Promise<string | undefined> {
  return withClient(db.connectionString, async (client) => {
    try {
      for (const sql of statements) await client.query(sql);
      return undefined;
    } catch (error) {
      return (error as { code?: string }).code;
    }
  });
}

const fail = (text: string, runId: string): string =>
  failureSql(table, migration(text), runId, 'it failed', new Date());
const apply = (text: string): string[] => [
  'BEGIN',
  ...claimOf(migration(text), RUN),
  completeSql(table, '1.sql', 'marker '),
  'COMMIT',
];

describe('a success', () => {
  beforeEach(() => run(...apply('SELECT 1')));

  test.each<[string, () => string]>([
    ['a failure', () => fail('SELECT 2', OTHER_RUN)],
    [
      'a record by hand of the tool',
      () => recordSql(table, { migration: migration('SELECT 2'), origin: 'mark' }, OTHER_RUN),
    ],
  ])('is never overwritten by %s', async (_sentence, sql) => {
    const before = await historyOf(db);
    expect(before).toMatchObject([{ error_message: null, running: false, run_id: RUN }]);
    expect(await run(sql())).toBeUndefined();
    expect(await historyOf(db)).toEqual(before);
  });

  test('cannot be claimed again: it raises, it never just matches nothing', async () => {
    const before = await historyOf(db);
    expect(await run('BEGIN', ...claimOf(migration('SELECT 2'), OTHER_RUN))).toBe('23505');
    expect(await historyOf(db)).toEqual(before);
  });

  test('adopts another checksum and another name on request, and keeps the rest', async () => {
    const renamed = migration('SELECT 2', '2.sql');
    expect(await run(repairSql(table, { recordedAs: '1.sql', migration: renamed }))).toBeUndefined();
    expect(await historyOf(db)).toMatchObject([{ migration_file: '2.sql', checksum: renamed.checksum, run_id: RUN }]);
  });
});

describe('a failure', () => {
  beforeEach(() => run(fail('SELECT 1', RUN)));

  test('is replaced by the next failure', async () => {
    await run(fail('SELECT 2', OTHER_RUN));
    expect(await historyOf(db)).toMatchObject([
      { error_message: 'it failed', run_id: OTHER_RUN, checksum: checksum('SELECT 2') },
    ]);
  });

  test('is replaced by a claim, which says that it is running until it is complete', async () => {
    await run(...claimOf(migration('SELECT 2'), OTHER_RUN));
    expect(await historyOf(db)).toMatchObject([{ running: true, error_message: expect.stringContaining('running') }]);
  });

  test('that is running is replaced by the claim of who knows that this run is dead, and of nobody else', async () => {
    await run(...claimOf(migration('SELECT 1'), RUN));
    for (const known of [null, OTHER_RUN])
      expect(await run(...claimOf(migration('SELECT 1'), OTHER_RUN, known))).toBe('23505');
    expect(await historyOf(db)).toMatchObject([{ running: true, run_id: RUN }]);
    expect(await run(...claimOf(migration('SELECT 1'), OTHER_RUN, RUN))).toBeUndefined();
    expect(await historyOf(db)).toMatchObject([{ running: true, run_id: OTHER_RUN }]);
  });

  test('becomes a success by the next attempt, and by a mark', async () => {
    await run(...apply('SELECT 2'));
    expect(await historyOf(db)).toMatchObject([{ error_message: null, origin: 'migrate' }]);
    await db.query(`UPDATE shared.schema_migrations SET error_message = 'it failed'`);
    await run(recordSql(table, { migration: migration('SELECT 3'), origin: 'mark' }, OTHER_RUN));
    expect(await historyOf(db)).toMatchObject([
      { error_message: null, origin: 'mark', checksum: checksum('SELECT 3') },
    ]);
  });

  test('is not repaired: its file will be run', async () => {
    const before = await historyOf(db);
    await run(repairSql(table, { recordedAs: '1.sql', migration: migration('SELECT 2') }));
    expect(await historyOf(db)).toEqual(before);
  });
});

describe('a claim is completed only by the transaction that made it', () => {
  const claim = claimOf(migration('SELECT 1'), RUN);
  const complete = completeSql(table, '1.sql', 'marker ');

  test.each<[sentence: string, statements: string[], code: string | undefined]>([
    ['it is', ['BEGIN', ...claim, complete, 'COMMIT'], undefined],
    [
      'with a savepoint between',
      ['BEGIN', ...claim, 'SAVEPOINT s', 'SELECT 1', 'RELEASE s', complete, 'COMMIT'],
      undefined,
    ],
    ['after another COMMIT', ['BEGIN', ...claim, 'COMMIT', 'BEGIN', complete, 'COMMIT'], LOST_CLAIM],
    ['after another ROLLBACK', ['BEGIN', ...claim, 'ROLLBACK', 'BEGIN', complete, 'COMMIT'], LOST_CLAIM],
    ['without any transaction', ['BEGIN', ...claim, 'COMMIT', complete], LOST_CLAIM],
    ['of a row that was applied before', [...apply('SELECT 1'), 'BEGIN', complete, 'COMMIT'], LOST_CLAIM],
    [
      'of a row that the file took away',
      ['BEGIN', ...claim, 'TRUNCATE shared.schema_migrations', complete],
      LOST_CLAIM,
    ],
  ])('%s', async (_sentence, statements, code) => {
    expect(await run(...statements)).toBe(code);
  });
});

test('a second claim of the same migration waits for the first, and then fails', async () => {
  await withClient(db.connectionString, async (first) => {
    await first.query('BEGIN');
    for (const sql of claimOf(migration('SELECT 1'), RUN)) await first.query(sql);
    let ended = false;
    const second = run('BEGIN', ...claimOf(migration('SELECT 1'), OTHER_RUN)).finally(() => (ended = true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(ended).toBe(false);
    await first.query(completeSql(table, '1.sql', 'marker '));
    await first.query('COMMIT');
    expect(await second).toBe('23505');
  });
});

describe('any text is recorded as it is', () => {
  test.each<[string]>([
    [`it's`],
    ['back\\slash'],
    ['$body$ $$ $1'],
    ['😀 é'],
    ['line\r\nline\ttab'],
    [`E'\\x27'; DROP TABLE t; --`],
    ['%s %I %L'],
    [''],
  ])('%j', async (text) => {
    for (const strings of ['on', 'off']) {
      const file = { file: `${text}.sql`, text: 'SELECT 1', checksum: checksum('SELECT 1') };
      const statements = [
        `SET standard_conforming_strings = ${strings}`,
        failureSql(table, file, RUN, text, new Date()),
        noticesSql(table, new Map([[file.file, [{ severity: text, sqlstate: '00000', message: text }]]])),
      ];
      expect(await run(...statements)).toBeUndefined();
      expect(await historyOf(db)).toMatchObject([
        { migration_file: `${text}.sql`, error_message: text, notices: [{ message: text }] },
      ]);
      expect(
        await run('BEGIN', ...claimOf(file, OTHER_RUN), completeSql(table, file.file, text), 'COMMIT'),
      ).toBeUndefined();
      expect(await historyOf(db)).toMatchObject([{ error_message: null, run_id: OTHER_RUN }]);
      await db.query('TRUNCATE shared.schema_migrations');
    }
  });
});
