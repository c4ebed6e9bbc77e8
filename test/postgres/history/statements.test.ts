import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Program } from '../../../src/core/compile/program.js';
import type { Task } from '../../../src/core/compile/task.js';
import { SQLSTATE } from '../../../src/core/errors/sqlstate.js';
import type { HistoryRow } from '../../../src/core/history/history.js';
import { checksum } from '../../../src/core/migration/checksum.js';
import { Migration } from '../../../src/core/migration/migration.js';
import type { HistoryChange } from '../../../src/core/ports/ports.js';
import { HistoryScope } from '../../../src/core/target/history-scope.js';
import { parseTableName } from '../../../src/core/target/table.js';
import { PgHistoryStore } from '../../../src/postgres/history/history-store.js';
import { install } from '../../../src/postgres/history/install.js';
import { TableRecords } from '../../../src/postgres/history/statements.js';
import { connectionOn } from '../../support/database/connection-on.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { historyOf } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';

const db = useEmptyDatabase('statements');
afterEach(() => expectNoLeftovers(db));

const scope = new HistoryScope(parseTableName('shared.schema_migrations'));
const RUN = '00000000-0000-4000-8000-000000000001';
const OTHER_RUN = '00000000-0000-4000-8000-000000000002';
const migration = (text: string, file = '1.sql'): Migration => new Migration(file, text);
const recordsOf = (runId: string): TableRecords => new TableRecords(scope, runId, []);
/** Records depend on the migration of a program, and on nothing else of it. */
const taskOf = (of: Migration): Task => ({
  program: { migration: of } as Program,
  row: undefined,
  resumeAt: 0,
  doubt: undefined,
});
const runningRow = (runId: string): HistoryRow => ({ ...failedRow('1.sql', runId), state: 'running' });
const failedRow = (file = '1.sql', runId = RUN): HistoryRow => ({
  file,
  state: 'failed',
  executedAt: new Date(),
  durationMs: null,
  error: 'it failed',
  checksum: null,
  canonicalChecksum: null,
  origin: 'migrate',
  runId,
  progress: null,
  invalidIndexes: [],
});

/** @param row the row that the claim takes over. */
const claimOf = (of: Migration, runId: string, row?: HistoryRow): string[] =>
  recordsOf(runId).claim({ ...taskOf(of), row });
const complete = (file = '1.sql', marker = 'marker '): string => recordsOf(RUN).complete(file, marker);

beforeEach(() => withClient(db.connectionString, (client) => install(connectionOn(client), scope)));

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

const noFacts = { get: (): Promise<never> => Promise.reject(new Error('a change asks for no facts')) };

function change(...changes: HistoryChange[]): Promise<void> {
  return withClient(db.connectionString, (client) => {
    return new PgHistoryStore(connectionOn(client), scope, {}, noFacts).change(changes, {
      action: 'repair',
      files: [],
    });
  });
}

const fail = (text: string, runId: string): string[] =>
  recordsOf(runId).fail(taskOf(migration(text)), 'it failed', new Date(), 1);
const apply = (text: string, row?: HistoryRow): string[] => [
  'BEGIN',
  ...claimOf(migration(text), RUN, row),
  complete(),
  'COMMIT',
];

describe('a success', () => {
  beforeEach(() => run(...apply('SELECT 1')));

  test.each<[string, () => Promise<unknown>]>([
    ['a failure', () => run(...fail('SELECT 2', OTHER_RUN))],
    ['a mark', () => change({ kind: 'record', migration: migration('SELECT 2'), origin: 'mark' })],
  ])('is never overwritten by %s', async (_sentence, overwrite) => {
    const before = await historyOf(db);
    expect(before).toMatchObject([{ error_message: null, running: false, run_id: RUN }]);
    expect(await overwrite()).toBeUndefined();
    expect(await historyOf(db)).toEqual(before);
  });

  test('cannot be claimed again: it raises, it never just matches nothing', async () => {
    const before = await historyOf(db);
    expect(await run('BEGIN', ...claimOf(migration('SELECT 2'), OTHER_RUN))).toBe('23505');
    expect(await historyOf(db)).toEqual(before);
  });

  test('adopts another checksum and another name on request, and keeps the rest', async () => {
    const renamed = migration('SELECT 2', '2.sql');
    await change({ kind: 'adopt', recordedAs: '1.sql', migration: renamed });
    expect(await historyOf(db)).toMatchObject([{ migration_file: '2.sql', checksum: renamed.checksum, run_id: RUN }]);
  });
});

describe('a failure', () => {
  beforeEach(() => run(...fail('SELECT 1', RUN)));

  test('is replaced by the next failure', async () => {
    await run(...fail('SELECT 2', OTHER_RUN));
    expect(await historyOf(db)).toMatchObject([
      { error_message: 'it failed', run_id: OTHER_RUN, checksum: checksum('SELECT 2') },
    ]);
  });

  test('is replaced by a claim, which says that it is running until it is complete', async () => {
    await run(...claimOf(migration('SELECT 2'), OTHER_RUN, failedRow()));
    expect(await historyOf(db)).toMatchObject([{ running: true, error_message: expect.stringContaining('running') }]);
  });

  test('is not replaced by the claim of a run that does not know it: that run reads the history again', async () => {
    const before = await historyOf(db);
    expect(await run(...claimOf(migration('SELECT 2'), OTHER_RUN))).toBe('23505');
    expect(await historyOf(db)).toEqual(before);
  });

  test('that is running is replaced by the claim of who knows that this run is dead, and of nobody else', async () => {
    await run(...claimOf(migration('SELECT 1'), RUN, failedRow()));
    for (const known of [undefined, failedRow(), runningRow(OTHER_RUN)])
      expect(await run(...claimOf(migration('SELECT 1'), OTHER_RUN, known))).toBe('23505');
    expect(await historyOf(db)).toMatchObject([{ running: true, run_id: RUN }]);
    expect(await run(...claimOf(migration('SELECT 1'), OTHER_RUN, runningRow(RUN)))).toBeUndefined();
    expect(await historyOf(db)).toMatchObject([{ running: true, run_id: OTHER_RUN }]);
  });

  test('becomes a success by the next attempt, and by a mark', async () => {
    await run(...apply('SELECT 2', failedRow()));
    expect(await historyOf(db)).toMatchObject([{ error_message: null, origin: 'migrate' }]);
    await db.query(`UPDATE shared.schema_migrations SET error_message = 'it failed'`);
    await change({ kind: 'record', migration: migration('SELECT 3'), origin: 'mark' });
    expect(await historyOf(db)).toMatchObject([
      { error_message: null, origin: 'mark', checksum: checksum('SELECT 3') },
    ]);
  });

  test('is not repaired: its file will be run', async () => {
    const before = await historyOf(db);
    await change({ kind: 'adopt', recordedAs: '1.sql', migration: migration('SELECT 2') });
    expect(await historyOf(db)).toEqual(before);
  });
});

describe('a claim is completed only by the transaction that made it', () => {
  const claim = claimOf(migration('SELECT 1'), RUN);

  test.each<[sentence: string, statements: string[], code: string | undefined]>([
    ['it is', ['BEGIN', ...claim, complete(), 'COMMIT'], undefined],
    [
      'with a savepoint between',
      ['BEGIN', ...claim, 'SAVEPOINT s', 'SELECT 1', 'RELEASE s', complete(), 'COMMIT'],
      undefined,
    ],
    [
      'after another COMMIT',
      ['BEGIN', ...claim, 'COMMIT', 'BEGIN', complete(), 'COMMIT'],
      SQLSTATE.invalidTextRepresentation,
    ],
    [
      'after another ROLLBACK',
      ['BEGIN', ...claim, 'ROLLBACK', 'BEGIN', complete(), 'COMMIT'],
      SQLSTATE.invalidTextRepresentation,
    ],
    ['without any transaction', ['BEGIN', ...claim, 'COMMIT', complete()], SQLSTATE.invalidTextRepresentation],
    [
      'of a row that was applied before',
      [...apply('SELECT 1'), 'BEGIN', complete(), 'COMMIT'],
      SQLSTATE.invalidTextRepresentation,
    ],
    [
      'of a row that the file took away',
      ['BEGIN', ...claim, 'TRUNCATE shared.schema_migrations', complete()],
      SQLSTATE.invalidTextRepresentation,
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
    await first.query(complete());
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
      const file = migration('SELECT 1', `${text}.sql`);
      const statements = [
        `SET standard_conforming_strings = ${strings}`,
        ...recordsOf(RUN).fail(taskOf(file), text, new Date(), 1),
        ...recordsOf(RUN).notices(new Map([[file.file, [{ severity: text, sqlstate: '00000', message: text }]]])),
      ];
      expect(await run(...statements)).toBeUndefined();
      expect(await historyOf(db)).toMatchObject([
        { migration_file: `${text}.sql`, error_message: text, notices: [{ message: text }] },
      ]);
      const claim = claimOf(file, OTHER_RUN, failedRow(file.file));
      expect(await run('BEGIN', ...claim, complete(file.file, text), 'COMMIT')).toBeUndefined();
      expect(await historyOf(db)).toMatchObject([{ error_message: null, run_id: OTHER_RUN }]);
      await db.query('TRUNCATE shared.schema_migrations');
    }
  });
});
