import { afterEach, describe, expect, test } from '@jest/globals';
import { DirectoryError, RefusedError } from '../../../src/migrator.js';
import { startCountingProxy } from '../../support/counting-proxy.js';
import { useEmptyDatabase } from '../../support/empty-database.js';
import { failureOf } from '../../support/failure-of.js';
import { expectNoLeftovers } from '../../support/leftovers.js';
import { migratorOn } from '../../support/migrator-on.js';

const db = useEmptyDatabase('refusals');
afterEach(() => expectNoLeftovers(db));

const isEmpty = async (): Promise<boolean> =>
  (await db.query(`SELECT FROM pg_class WHERE relnamespace::regnamespace::text IN ('public', 'shared')`)).rowCount ===
  0;

describe('refused before anything runs', () => {
  const cases: [sentence: string, sql: string, place: string, reason: RegExp][] = [
    ['a psql meta-command', 'SELECT 1;\n\\set x 1\n', ':2:1', /\\set is a psql meta-command/],
    ['a psql meta-command in the middle of a line', `SELECT 1 \\gexec`, ':1:10', /\\gexec is a psql meta-command/],
    ['the restriction of a newer dump', '\\restrict abc\nSELECT 1;', ':1:1', /\\restrict is a psql meta-command/],
    ['COPY FROM stdin', 'CREATE TABLE a (id int);\nCOPY a FROM stdin;\n1\n\\.\n', ':2:1', /COPY … FROM stdin is fed by psql/],
    ['COPY FROM stdin in other words', `CREATE TABLE a (id int);\n  copy a (id) from /* x */ STDIN WITH (FORMAT csv);\n1\n\\.`, ':2:3', /COPY … FROM stdin/],
    ['a down section of goose', '-- +goose Up\nSELECT 1;\n-- +goose Down\nDROP TABLE x;', ':3:1', /it has an undo section/],
    ['a down section of dbmate', '-- migrate:up\nSELECT 1;\n-- migrate:down\nDROP TABLE x;', ':3:1', /it has an undo section/],
    ['a down section of node-pg-migrate', '-- Up Migration\nSELECT 1;\n-- Down Migration\nDROP TABLE x;', ':3:1', /it has an undo section/],
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
    expect(error.refusals).toEqual([
      {
        file: '2_x.sql',
        line: Number(place.split(':')[1]),
        column: Number(place.split(':')[2]),
        reason: expect.stringMatching(reason),
      },
    ]);
    expect(error.message).toContain(`2_x.sql${place}: `);
    expect(events.filter(({ type }) => type !== 'waiting-for-lock')).toEqual([]);
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
    expect(error.refusals.map(({ file }) => file)).toEqual(['1.sql', '3.sql', '4.sql']);
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

test('what is wrong with the directory is said before anything is connected', async () => {
  const proxy = await startCountingProxy(db.connectionString);
  const { migrator } = await migratorOn(proxy, {
    '1.sql': 'SELECT 1',
    '1.down.sql': 'DROP TABLE x',
    'R__v.sql': '',
    'name.sql': '',
    '2.sql': Buffer.from([0xff]),
  });
  const error = await failureOf(migrator.migrate(), DirectoryError);
  expect(error.problems).toHaveLength(4);
  expect(proxy.connections()).toBe(0);
});
