import { afterEach, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCountingProxy } from '../../../support/programs/counting-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../../support/database/database.js';
import { endState } from '../../../support/database/end-state.js';
import { warned } from '../../../support/migrator/findings-of.js';
import { historyOf } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { describeWith, has, skipAloud } from '../../../support/jest/needs.js';
import { dumpMajor } from '../../../support/programs/pg-dump.js';
import { repositoryRoot, runProcess } from '../../../support/programs/process.js';
import { runInPsql } from '../../../support/programs/psql.js';
import { serverMajor } from '../../../support/server/since-version.js';
import { tempDirectory } from '../../../support/files/temp-directory.js';

/** As pg_dump 15.18 wrote it: two schemas, three COPYs (one without rows), an index, a view, a trigger, a foreign key. */
const SHOP = fileURLToPath(new URL('../../../history/fixtures/dumps/shop.sql', import.meta.url));
const shop = (): Promise<string> => readFile(SHOP, 'utf8');

const made: TestDatabase[] = [];
afterEach(async () => {
  for (const db of made) await expectNoLeftovers(db);
  await Promise.all(made.splice(0).map((db) => db.drop()));
});

async function database(): Promise<TestDatabase> {
  const db = await createTestDatabase('dumps');
  made.push(db);
  return db;
}

const CUSTOMERS = [
  { id: 1, mail: 'a@example.org', mood: 'good', note: `it's; a "note" -- $$` },
  { id: 2, mail: 'b@example.org', mood: 'bad', note: null },
  { id: 3, mail: 'c@example.org', mood: null, note: 'two\nlines\tand\\backslash\\.' },
];
const PURCHASES = [
  { id: 1, total: '12.50', tags: ['a', 'b c'], details: { k: 'v\n' }, at: new Date('2024-02-29T12:00:00Z') },
  { id: 2, total: '0.00', tags: null, details: null, at: null },
];

async function expectShop(db: TestDatabase): Promise<void> {
  expect((await db.query('SELECT * FROM sales.customer ORDER BY id')).rows).toEqual(CUSTOMERS);
  expect((await db.query('SELECT id, total, tags, details, at FROM sales.purchase ORDER BY id')).rows).toEqual(
    PURCHASES,
  );
  expect((await db.query('SELECT FROM public.empty')).rowCount).toBe(0);
  expect((await db.query(`SELECT nextval('sales.customer_id_seq')::int AS next`)).rows).toEqual([{ next: 4 }]);
}

describe('a dump with rows', () => {
  test('runs as it is, in one transaction, and what runs behind it has its own settings', async () => {
    const db = await database();
    const observed = await migratorOn(db, { '1_dump.sql': await shop(), '2.sql': 'CREATE TABLE behind ()' });
    const { migrator } = observed;
    expect((await migrator.plan()).migrations).toMatchObject([
      { file: '1_dump.sql', mode: 'transactional' },
      { file: '2.sql', mode: 'transactional' },
    ]);
    expect((await migrator.migrate()).applied).toEqual(['1_dump.sql', '2.sql']);
    expect(warned(observed)).toEqual([]);
    await expectShop(db);
    expect(await historyOf(db)).toMatchObject([{ steps_total: null }, { steps_total: null }]);
    expect((await db.query(`SELECT to_regclass('public.behind') AS name`)).rows).toEqual([{ name: 'behind' }]);
    expect(await migrator.drift()).toEqual([]);
  });

  test('with line ends of Windows loads the same rows', async () => {
    const db = await database();
    const { migrator } = await migratorOn(db, { '1.sql': (await shop()).replaceAll('\n', '\r\n') });
    await migrator.migrate();
    await expectShop(db);
  });

  test('that cannot run in a transaction runs step by step, with its rows', async () => {
    const db = await database();
    const text = `${await shop()}\nCREATE INDEX CONCURRENTLY by_mood ON sales.customer (mood);\n`;
    const { migrator } = await migratorOn(db, { '1.sql': text });
    expect((await migrator.plan()).migrations).toMatchObject([{ mode: 'non-transactional' }]);
    await migrator.migrate();
    await expectShop(db);
  });

  test('without rows takes a few messages, however many statements it has', async () => {
    const db = await database();
    const inserts = Array.from({ length: 2_000 }, (_, i) => `INSERT INTO public.empty VALUES (${i});`).join('\n');
    const text = `${(await shop()).replace(/^COPY[^]*?\n\\\.$/gm, '')}\n${inserts}\n`;
    expect(text).toContain('SET standard_conforming_strings = on;');
    const proxy = await startCountingProxy(db.connectionString);
    const { migrator } = await migratorOn(proxy, { '1.sql': text });
    await migrator.migrate();
    expect(proxy.messages.filter((each) => each.includes('INSERT INTO public.empty'))).toHaveLength(1);
    expect(proxy.messages.length).toBeLessThan(15);
    expect((await db.query('SELECT FROM empty')).rowCount).toBe(2_000);
  });
});

describeWith('psql')('a dump, compared with psql', () => {
  test('ends in the same schema and the same rows', async () => {
    const [ours, theirs] = [await database(), await database()];
    await (await migratorOn(ours, { '1.sql': await shop() })).migrator.migrate();
    // A psql from before \restrict does not know it.
    const directory = (await migratorOn(theirs, { '1.sql': (await shop()).replace(/^\\.*restrict.*$/gm, '') }))
      .directory;
    await runInPsql(theirs.connectionString, join(directory, '1.sql'));
    expect(await endState(ours.connectionString)).toEqual(await endState(theirs.connectionString));
  });
});

/** pg_dump refuses a server that is newer than itself. */
function describeWithDump(): typeof describe | typeof describe.skip {
  if (!has('pg_dump')) return describeWith('pg_dump');
  return dumpMajor() >= serverMajor()
    ? describe
    : skipAloud(`pg_dump ${dumpMajor()} cannot dump a server of version ${serverMajor()}`);
}

describeWithDump()('a dump that pg_dump makes now', () => {
  test.each(['', '--inserts', '--clean --if-exists', '--no-owner --no-privileges'])(
    'ends in the database that it was made of: pg_dump %s',
    async (flags) => {
      const [from, to] = [await database(), await database()];
      await (await migratorOn(from, { '1.sql': await shop() })).migrator.migrate();
      await from.query('DROP SCHEMA shared CASCADE');
      const file = join(await tempDirectory(), 'dump.sql');
      const dumped = await runProcess(
        'pg_dump',
        [...flags.split(' ').filter(Boolean), '-f', file, from.connectionString],
        {
          cwd: repositoryRoot,
        },
      );
      expect(dumped).toMatchObject({ code: 0, stderr: '' });
      const observed = await migratorOn(to, { '1.sql': await readFile(file) });
      await observed.migrator.migrate();
      expect(warned(observed)).toEqual([]);
      await expectShop(to);
      await expectShop(from);
      await to.query('DROP SCHEMA shared CASCADE');
      expect(await endState(to.connectionString)).toEqual(await endState(from.connectionString));
    },
  );
});
