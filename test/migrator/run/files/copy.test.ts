import { afterEach, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError, RefusedError } from '../../../../src/migrator.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { warned } from '../../../support/migrator/findings-of.js';
import { historyOf, outcomes, relations } from '../../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../../support/server/leftovers.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';

const db = useEmptyDatabase('copy');
afterEach(() => expectNoLeftovers(db));

const rowsOf = async (table: string): Promise<unknown[]> =>
  (await db.query(`SELECT * FROM ${table} ORDER BY 1 NULLS LAST`)).rows;

const TABLES = 'CREATE TABLE t (a int PRIMARY KEY, b text);\nCREATE TABLE u (a int);\n';
const COPY_T = String.raw`COPY t (a, b) FROM stdin;
1	it's
2	\N
3	; SELECT 'none of this'; -- $$ /*
4	tab\tand\nline
5	
\.
`;
const COPY_U = String.raw`COPY u FROM stdin WITH (FORMAT csv);
7
8
\.
`;
const T = [
  { a: 1, b: "it's" },
  { a: 2, b: null },
  { a: 3, b: "; SELECT 'none of this'; -- $$ /*" },
  { a: 4, b: 'tab\tand\nline' },
  { a: 5, b: '' },
];
const U = [{ a: 7 }, { a: 8 }];
const INSERT = 'INSERT INTO u VALUES (9);\n';

describe('COPY … FROM stdin', () => {
  test.each<[where: string, text: string]>([
    ['in a transactional migration', TABLES + COPY_T + COPY_U + INSERT],
    ['inside its own BEGIN and COMMIT', `BEGIN;\n${TABLES}${COPY_T}${COPY_U}${INSERT}COMMIT;\n`],
    ['in a migration without a transaction', `-- no-transaction\n${TABLES}${COPY_T}${COPY_U}${INSERT}`],
    ['beside a concurrent build', `${TABLES}${COPY_T}CREATE INDEX CONCURRENTLY ON t (b);\n${COPY_U}${INSERT}`],
    [
      'in a group of a migration without a transaction',
      `${TABLES}BEGIN;\n${COPY_T}${COPY_U}COMMIT;\nVACUUM t;\n${INSERT}`,
    ],
    [
      'beside a statement that the parser cannot read',
      `${TABLES}${COPY_T}${COPY_U}${INSERT}SET standard_conforming_strings = off;\nSELECT 'a\\'b; c';\n`,
    ],
    ['at the end, without a line end behind its rows', `${TABLES}${INSERT}${COPY_U}${COPY_T.trimEnd()}`],
    ['with line ends of Windows', (TABLES + COPY_T + COPY_U + INSERT).replaceAll('\n', '\r\n')],
  ])('loads its rows %s', async (_where, text) => {
    const { migrator } = await migratorOn(db, { '1.sql': text, '2.sql': 'CREATE TABLE behind ()' });
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    expect(await rowsOf('t')).toEqual(T);
    expect(await rowsOf('u')).toEqual([...U, { a: 9 }]);
  });

  test('loads no rows where there are none', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': `${TABLES}COPY u FROM stdin;\n\\.\n${COPY_T}` });
    await migrator.migrate();
    expect(await rowsOf('u')).toEqual([]);
    expect(await rowsOf('t')).toEqual(T);
  });

  test('loads more than fits into one message', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i}\t${'ä'.repeat(20)}`);
    const { migrator } = await migratorOn(db, { '1.sql': `${TABLES}COPY t FROM stdin;\n${lines.join('\n')}\n\\.\n` });
    await migrator.migrate();
    const { rows } = await db.query('SELECT count(*)::int, count(DISTINCT b)::int AS texts, sum(a)::int FROM t');
    expect(rows).toEqual([{ count: 20_000, texts: 1, sum: 199_990_000 }]);
  });

  test('of a table behind an upload of another file leaves the next file in order', async () => {
    const { migrator } = await migratorOn(db, { '1.sql': TABLES, '2.sql': COPY_T, '3.sql': COPY_U, '4.sql': INSERT });
    expect((await migrator.migrate()).applied).toHaveLength(4);
    expect(await rowsOf('t')).toEqual(T);
    expect(await rowsOf('u')).toEqual([...U, { a: 9 }]);
  });
});

describe('a row that cannot be copied', () => {
  const WRONG = 'COPY t FROM stdin;\n6\tsix\nseven\t7\n\\.\n';

  test('fails the migration at its COPY, and everything is rolled back', async () => {
    const { migrator, directory } = await migratorOn(db, { '1.sql': TABLES + COPY_T + COPY_U + WRONG + INSERT });
    const error = await failureOf(migrator.migrate(), MigrationFailedError);
    const line = (TABLES + COPY_T + COPY_U).split('\n').length;
    expect(error.failure).toMatchObject({
      server: { sqlstate: '22P02', where: 'COPY t, line 2, column a: "seven"' },
      location: { line, column: 1 },
      aftermath: { kind: 'rolled-back' },
    });
    expect(error.message).toContain('COPY t FROM stdin;');
    expect(await relations(db)).toEqual([]);
    await writeFile(join(directory, '1.sql'), TABLES + COPY_T + COPY_U + WRONG.replace('seven', '7') + INSERT);
    await migrator.migrate();
    expect(await rowsOf('t')).toEqual([...T, { a: 6, b: 'six' }, { a: 7, b: '7' }]);
  });

  test('violates a constraint: the row is named, unless data is to stay out of messages', async () => {
    const files = { '1.sql': `${TABLES}${COPY_T}COPY t FROM stdin;\n6\tsix\n5\tsecret\n\\.\n` };
    const shown = await failureOf((await migratorOn(db, files)).migrator.migrate(), MigrationFailedError);
    expect(shown.failure).toMatchObject({
      server: { sqlstate: '23505', detail: 'Key (a)=(5) already exists.', where: 'COPY t, line 2' },
      location: { line: 10, column: 1 },
    });
    const hidden = await failureOf(
      (await migratorOn(db, files, { showRowData: false })).migrator.migrate(),
      MigrationFailedError,
    );
    expect(hidden.failure.server).not.toHaveProperty('detail');
    expect(hidden.failure.server).not.toHaveProperty('where');
  });

  test('fails a migration without a transaction at that step, which the next run does again', async () => {
    const text = `-- no-transaction\n${TABLES}${COPY_U}${WRONG}${COPY_T}`;
    const observed = await migratorOn(db, { '1.sql': text });
    const { migrator, directory } = observed;
    const { failure } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(failure).toMatchObject({
      server: { sqlstate: '22P02' },
      location: { line: 8, column: 1 },
      aftermath: { kind: 'partial', stepsDone: 3, stepsTotal: 5 },
    });
    expect(await rowsOf('t')).toEqual([]);
    expect(await rowsOf('u')).toEqual(U);
    await writeFile(join(directory, '1.sql'), text.replace('seven', '7'));
    await migrator.migrate();
    expect(await rowsOf('t')).toEqual([...T, { a: 6, b: 'six' }, { a: 7, b: '7' }]);
    expect(await rowsOf('u')).toEqual(U);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
    expect(warned(observed)).toMatchObject([{ line: 8, actual: 'COPY t FROM stdin;' }]); // and no row
  });

  test.each(['SELECT 1/0;\n', 'SELECT 1/0;\nVACUUM t;\n'])(
    'is part of what must not change once it is loaded, and a renamed file is known by it: %j behind it',
    async (rest) => {
      const text = `-- no-transaction\n${TABLES}${COPY_U}${rest}`;
      const { migrator, directory } = await migratorOn(db, { '1.sql': text });
      await failureOf(migrator.migrate(), MigrationFailedError);
      const fixed = text.replace('1/0', '1');
      await writeFile(join(directory, '1.sql'), fixed.replace('\n8\n', '\n88\n'));
      const { refusals } = await failureOf(migrator.migrate(), RefusedError);
      expect(refusals).toMatchObject([{ code: 'FINISHED_STEPS_CHANGED', subject: '1.sql' }]);
      expect(await historyOf(db)).toMatchObject([{ steps_done: 3 }]);

      await rm(join(directory, '1.sql'));
      await writeFile(join(directory, '2.sql'), fixed);
      expect((await migrator.migrate()).applied).toEqual(['2.sql']);
      expect(await rowsOf('u')).toEqual(U);
      expect(await outcomes(db)).toEqual({ '2.sql': 'applied' });
    },
  );
});
