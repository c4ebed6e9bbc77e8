import { afterEach, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterruptedError, MigrationFailedError } from '../../../../src/migrator.js';
import { startCountingProxy } from '../../../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { warned } from '../../../support/migrator/findings-of.js';
import { historyOf } from '../../../support/migrator/history-of.js';
import { migrateUntilKilled } from '../../../support/programs/killed.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { until } from '../../../support/jest/until.js';

const db = useEmptyDatabase('many_steps');
afterEach(() => expectNoLeftovers(db));

const COUNT = 3_000;
/** In the middle of a message. */
const NTH = 1_537;

/**
 * `-- no-transaction` on line 1, and on line n + 1 the nth statement, which inserts n.
 *
 * @param nth another statement in the place of the one in the middle.
 */
function manyStatements(nth?: string): string {
  const statements = Array.from({ length: COUNT }, (_, i) => `INSERT INTO n VALUES (${i + 1});`);
  if (nth !== undefined) statements[NTH - 1] = nth;
  return `-- no-transaction\n${statements.join('\n')}\n`;
}

/** How many numbers are there: each once and in order, from 1 on. @param without one that was never inserted */
async function inserted(without?: number): Promise<number> {
  const { rows } = await db.query<{ n: number }>('SELECT n FROM n ORDER BY ctid');
  const all = Array.from({ length: rows.length + 1 }, (_, i) => i + 1).filter((n) => n !== without);
  expect(rows.map(({ n }) => n)).toEqual(all.slice(0, rows.length));
  return rows.length;
}

const CREATE = 'CREATE TABLE n (n int PRIMARY KEY)';

/** The text of the file is recorded too, in a message of its own. */
function recordsSource(message: string): boolean {
  return message.includes('INSERT INTO "shared"."schema_migrations_source"');
}

describe(`a non-transactional migration of ${COUNT} statements`, () => {
  test('takes few messages, and records its progress in each', async () => {
    await db.query(CREATE);
    const proxy = await startCountingProxy(db.connectionString);
    const { migrator } = await migratorOn(proxy, { '1.sql': manyStatements() });
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
    expect(await inserted()).toBe(COUNT);
    expect(await historyOf(db)).toMatchObject([{ error_message: null, steps_done: COUNT, steps_total: COUNT }]);
    const carrying = proxy.messages.filter((text) => text.includes('INSERT INTO n ') && !recordsSource(text));
    expect(carrying).toHaveLength(COUNT / 100);
    for (const text of carrying) expect(text.split('SET steps_done = ')).toHaveLength(101);
    expect(proxy.messages.length).toBeLessThan(carrying.length + 20);
    // What it sends grows with the file, not with its square.
    expect(proxy.messages.join('').length).toBeLessThan(COUNT * 1_500);
  });

  test('that fails in the middle is located there, and continues there', async () => {
    await db.query(CREATE);
    const { migrator, directory, ...observed } = await migratorOn(db, {
      '1.sql': manyStatements('INSERT INTO n SELECT 1 / 0;'),
    });
    for (let run = 1; run <= 2; run++) {
      const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
      expect(failure).toMatchObject({
        server: { sqlstate: '22012' },
        location: { line: NTH + 1, column: 1 },
        aftermath: { kind: 'partial', stepsDone: NTH - 1, stepsTotal: COUNT },
      });
      expect(await inserted()).toBe(NTH - 1);
      expect(await historyOf(db)).toMatchObject([{ running: false, steps_done: NTH - 1, steps_total: COUNT }]);
    }
    await writeFile(join(directory, '1.sql'), manyStatements());
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
    expect(await inserted()).toBe(COUNT);
    const resumed = {
      steps: { done: NTH - 1, total: COUNT },
      line: NTH + 1,
      actual: `INSERT INTO n VALUES (${NTH})`,
    };
    expect(warned(observed, 'RESUMED')).toMatchObject([{ ...resumed, actual: 'INSERT INTO n SELECT 1 / 0' }, resumed]);
  });

  test('that names an unknown table in the middle is located at the name', async () => {
    await db.query(CREATE);
    const { migrator } = await migratorOn(db, { '1.sql': manyStatements('INSERT INTO unknown VALUES (1);') });
    const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(failure).toMatchObject({ server: { sqlstate: '42P01' }, location: { line: NTH + 1, column: 13 } });
    expect(await inserted()).toBe(NTH - 1);
  });

  test('with a syntax error in the middle applies what stands before it, and continues there', async () => {
    await db.query(CREATE);
    const { migrator, directory } = await migratorOn(db, { '1.sql': manyStatements('INSRT INTO n VALUES (0);') });
    const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(failure).toMatchObject({
      server: { sqlstate: '42601' },
      location: { line: NTH + 1, column: 1 },
      aftermath: { kind: 'partial', stepsDone: NTH - 1, stepsTotal: COUNT },
    });
    expect(await inserted()).toBe(NTH - 1);
    expect(await historyOf(db)).toMatchObject([{ running: false, steps_done: NTH - 1, steps_total: COUNT }]);
    await writeFile(join(directory, '1.sql'), manyStatements());
    await migrator.migrate();
    expect(await inserted()).toBe(COUNT);
  }, 60_000);

  test('that is interrupted in the middle is recorded as failed there, and continues there', async () => {
    await db.query(CREATE);
    const { migrator, directory } = await migratorOn(db, { '1.sql': manyStatements('SELECT pg_sleep(600);') });
    const stop = new AbortController();
    const run = failureOf(migrator.migrate({ signal: stop.signal }), InterruptedError);
    await until(async () => {
      const { rows } = await db
        .query<{ steps_done: number }>(
          `SELECT steps_done FROM shared.schema_migrations WHERE EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database())`,
        )
        .catch(() => ({ rows: [] }));
      return rows[0]?.steps_done === NTH - 1;
    });
    stop.abort('SIGTERM');
    expect(await run).toMatchObject({ code: 'INTERRUPTED', by: 'SIGTERM' });
    expect(await inserted()).toBe(NTH - 1);
    expect(await historyOf(db)).toMatchObject([
      {
        running: false,
        steps_done: NTH - 1,
        steps_total: COUNT,
        error_message: expect.stringContaining(`step ${NTH} of ${COUNT}`),
      },
    ]);
    await writeFile(join(directory, '1.sql'), manyStatements('SELECT 1;'));
    expect((await migrator.migrate()).applied).toEqual(['1.sql']);
    expect(await inserted(NTH)).toBe(COUNT - 1);
  });

  test.each(['before', 'after'] as const)('whose process is killed %s a message does each once', async (freeze) => {
    await db.query(CREATE);
    const { migrator, directory } = await migratorOn(db, { '1.sql': manyStatements() });
    const { at } = await migrateUntilKilled(db, directory, (text) =>
      text.includes(`INSERT INTO n VALUES (${NTH})`) ? freeze : undefined,
    );
    expect(at).toBeDefined();
    const done = freeze === 'before' ? 1_500 : 1_600;
    expect(await inserted()).toBe(done);
    expect(await historyOf(db)).toMatchObject([{ running: true, steps_done: done }]);
    await migrator.migrate();
    expect(await inserted()).toBe(COUNT);
  });
});
