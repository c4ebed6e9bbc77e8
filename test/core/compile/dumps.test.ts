import { describe, expect, test } from '@jest/globals';
import { copyRows } from '../../../src/core/compile/source-text.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { nonTransactional, notAsked, transactional, unread } from './compiled.js';

const DUMP = String.raw`--
-- PostgreSQL database dump
--

\restrict UvpS7y

SET statement_timeout = 0;
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TABLE public.t (a text, b text);

COPY public.t (a, b) FROM stdin;
it's	\N
;	$$
\.

CREATE TABLE public.u ();

COPY public.u FROM stdin;
\.

\unrestrict UvpS7y
`;

describe('a dump', () => {
  test('with rows runs in one transaction, each statement on its own, with its rows', async () => {
    const { body, parsed, separateMessages, source } = await transactional(DUMP);
    const statements = (await parsed()) ?? [];
    expect(separateMessages).toBe(true);
    expect(body).toHaveLength(DUMP.length);
    expect(body).not.toMatch(/restrict|it's|\\/);
    expect(statements.map(({ start, end, copy, node }) => [Object.keys(node ?? {})[0], body.slice(start, end).slice(0, 15), copy && copyRows(source, copy)])).toEqual([
      ['VariableSetStmt', 'SET statement_t', undefined],
      ['VariableSetStmt', 'SET standard_co', undefined],
      ['SelectStmt', 'SELECT pg_catal', undefined],
      ['CreateStmt', 'CREATE TABLE pu', undefined],
      ['CopyStmt', 'COPY public.t (', "it's\t\\N\n;\t$$\n"],
      ['CreateStmt', 'CREATE TABLE pu', undefined],
      ['CopyStmt', 'COPY public.u F', ''],
    ]); // prettier-ignore
  });

  test('with rows keeps them though the parser cannot read it', async () => {
    const { statements = [], source } = await transactional(DUMP, unread);
    expect(statements.map(({ copy }) => copy && copyRows(source, copy))).toEqual([undefined, undefined, undefined, undefined, "it's\t\\N\n;\t$$\n", undefined, '']); // prettier-ignore
  });

  test('without rows is read like any other file', async () => {
    const text = DUMP.replace(/COPY[^]*?\n\\\.\n/g, '');
    expect(await transactional(text)).toMatchObject({ separateMessages: false, statements: { length: 5 } });
    expect((await nonTransactional(`${text}CREATE INDEX CONCURRENTLY i ON public.t (a);`)).why.value).toBe(
      'CREATE INDEX CONCURRENTLY',
    );
  });

  test('that cannot run in one transaction has a step for each COPY, recorded with it', async () => {
    for (const parse of [parseStatements, unread]) {
      const { steps, source } = await nonTransactional(`-- no-transaction\n${DUMP}`, parse);
      const copies = steps.filter(({ statements: [first] }) => first?.copy);
      expect(
        copies.map(({ kind, statements: [first] }) => [kind, first?.copy && copyRows(source, first.copy)]),
      ).toEqual([
        ['transaction', "it's\t\\N\n;\t$$\n"],
        ['transaction', ''],
      ]);
    }
  });
});

describe('standard_conforming_strings', () => {
  const INDEX = 'CREATE INDEX CONCURRENTLY i ON t (a);';
  test.each([
    ['is set to what it is', 'SET standard_conforming_strings = on;'],
    ['is in a comment', '-- SET standard_conforming_strings = off;'],
    ['is in a string', "SELECT 'SET standard_conforming_strings = off;';"],
  ])('that %s keeps a file from nothing', async (_, sql) => {
    expect(await transactional(`${sql}\nSELECT 1;`)).toMatchObject({ separateMessages: false });
    expect(await nonTransactional(`${sql}\n${INDEX}`)).toMatchObject({ kind: 'non-transactional' });
  });

  test.each([
    'SET standard_conforming_strings = off;',
    "SELECT set_config('standard_conforming_strings', 'off', false);",
  ])('that is switched off sends each statement on its own, for only the server can read them: %s', async (sql) => {
    const program = await transactional(`${sql}\nSELECT 'a\\'; b';\nSELECT 2;`, notAsked);
    expect(program).toMatchObject({ separateMessages: true, statements: { length: 3 } });
  });
});
