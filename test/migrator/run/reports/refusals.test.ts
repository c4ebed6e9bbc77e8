import { afterEach, describe, expect, test } from '@jest/globals';
import { DirectoryError, RefusedError, renderFinding } from '../../../../src/migrator.js';
import { startCountingProxy } from '../../../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('refusals');
afterEach(() => expectNoLeftovers(db));

const isEmpty = async (): Promise<boolean> =>
  (await db.query(`SELECT FROM pg_class WHERE relnamespace::regnamespace::text IN ('public', 'shared')`)).rowCount ===
  0;

describe('refused before anything runs', () => {
  const cases: [sentence: string, sql: string, place: string, reason: RegExp][] = [
    ['a psql meta-command', 'SELECT 1;\n\\set x 1\n', ':2:1', /uses the psql meta-command \\set,/],
    ['a psql meta-command in the middle of a line', `SELECT 1 \\gexec`, ':1:10', /uses the psql meta-command \\gexec,/],
    ['COPY FROM stdin', 'CREATE TABLE a (id int);\nCOPY a FROM stdin;\n1\n', ':2:1', /copies from stdin, but no line "\\\." ends its rows/],
    ['COPY FROM stdin in other words', `CREATE TABLE a (id int);\n  copy a (id) from /* x */ STDIN WITH (FORMAT csv);\n1\n\\..`, ':2:3', /copies from stdin, but no line/],
    ['a down section of goose', '-- +goose Up\nSELECT 1;\n-- +goose Down\nDROP TABLE x;', ':3:1', /has an undo section/],
    ['a down section of dbmate', '-- migrate:up\nSELECT 1;\n-- migrate:down\nDROP TABLE x;', ':3:1', /has an undo section/],
    ['a down section of node-pg-migrate', '-- Up Migration\nSELECT 1;\n-- Down Migration\nDROP TABLE x;', ':3:1', /has an undo section/],
    ['a mistyped directive', '-- a\n-- statement-timout: 5s\nSELECT 1;', ':2:1', /unknown directive "-- statement-timout: 5s"\. Did you mean "-- statement-timeout: 5s"\?/],
    ['a NUL character', 'SELECT 1;\nSELECT \0;', ':2:8', /NUL character/],
    ['a transaction that is never ended', 'SELECT 1;\nBEGIN;\nSELECT 2;', ':2:1', /begins a transaction that it never ends/],
  ]; // prettier-ignore

  test.each(cases)('%s, with its place', async (_sentence, sql, place, reason) => {
    const { migrator, events } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE one ()',
      '2_x.sql': sql,
      '3.sql': 'SELECT 3',
    });
    const error = await failureOf(migrator.migrate(), RefusedError);
    expect(error.code).toBe('REFUSED');
    expect(error.refusals).toMatchObject([
      { subject: '2_x.sql', line: Number(place.split(':')[1]), column: Number(place.split(':')[2]) },
    ]);
    expect(error.refusals.map(renderFinding)).toEqual([expect.stringMatching(reason)]);
    expect(error.message).toContain(`2_x.sql${place} `);
    expect(events.filter(({ type }) => type !== 'lock-waiting')).toMatchObject([
      { type: 'run-started' },
      { type: 'lock-acquired' },
      { type: 'run-refused', refusals: error.refusals },
    ]);
    expect(await isEmpty()).toBe(true);
    expect((await migrator.plan()).refusals).toEqual(error.refusals);
  });

  test('all that is wrong in all files, at once', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': '\\set',
      '2.sql': 'SELECT 2',
      '3.sql': 'COPY t FROM stdin;',
      '4.sql': '-- migrate:down',
    });
    const error = await failureOf(migrator.migrate(), RefusedError);
    expect(error.refusals.map(({ code, subject }) => `${subject} ${code}`)).toEqual([
      '1.sql META_COMMAND',
      '3.sql COPY_WITHOUT_END',
      '4.sql UNDO_SECTION',
    ]);
  });

  test('but not what only looks like it, in comments, strings, names and bodies', async () => {
    const { migrator } = await migratorOn(db, {
      '1.sql': `-- \\set x and COPY t FROM stdin\n/* -- migrate:down */ SELECT '\\gexec', E'\\\\d', $$ COPY t FROM stdin; \\. $$, '-- +goose Down' AS "\\x";\n-- not a +goose Down section`,
      '2.sql':
        'CREATE TABLE copy_from (stdin int); INSERT INTO copy_from SELECT 1; COPY copy_from TO STDOUT; SELECT stdin FROM copy_from',
    });
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
  });

  test('but not in a file that was applied long ago', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': '\\set x 1' });
    await migrator.mark('1.sql');
    expect((await migrator.migrate()).applied).toEqual([]);
  });
});

test('a directory that cannot be read is reported before anything is connected', async () => {
  const proxy = await startCountingProxy(db.connectionString);
  const { migrator } = await migratorOn(proxy, '/no/such/directory');
  const error = await failureOf(migrator.migrate(), DirectoryError);
  expect(error.problems).toHaveLength(1);
  expect(proxy.traffic().connections).toBe(0);
});

test('every unusable file is reported at once, after one read of the history and without the lock', async () => {
  const proxy = await startCountingProxy(db.connectionString);
  const { migrator, events } = await migratorOn(proxy, {
    '1.sql': 'SELECT 1',
    '1.down.sql': 'DROP TABLE x',
    'R__v.sql': '',
    'name.sql': '',
    '2.sql': Buffer.from([0xff]),
  });
  const { refusals } = await failureOf(migrator.migrate(), RefusedError);
  expect(refusals.map(({ code }) => code)).toEqual(Array(4).fill('UNUSABLE_FILE'));
  expect(refusals.map(({ subject }) => subject).toSorted()).toEqual(['1.down.sql', '2.sql', 'R__v.sql', 'name.sql']);
  expect(proxy.messages).toHaveLength(1);
  expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-refused']);
  expect(await isEmpty()).toBe(true);
});
