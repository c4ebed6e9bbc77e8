import { describe, expect, test } from '@jest/globals';
import { preflight } from '../../../src/core/compile/preflight.js';

const refusals = (text: string) => preflight('001_a.sql', text).refusals;
const B = '\\';

describe('preflight refuses', () => {
  test.each<[string, string, string, [number, number]]>([
    ['a meta-command', `SELECT 1;\n  ${B}set x 1\n`, `${B}set is a psql meta-command`, [2, 3]],
    ['a meta-command at the end of a statement', `SELECT 'x' ${B}gexec`, `${B}gexec is a psql meta-command`, [1, 12]],
    ['the meta-command of newer dumps', `${B}restrict abc\nSELECT 1;`, `${B}restrict is a psql meta-command`, [1, 1]],
    ['a meta-command behind emoji and CRLF', `-- 😀\r\n'😀'; ${B}echo`, `${B}echo is a psql meta-command`, [2, 6]],
    ['a backslash alone', `SELECT ${B}`, `${B} is a psql meta-command`, [1, 8]],
    ['COPY from stdin', `\nCOPY t (a, b) FROM stdin;\n1\t2\n${B}.\n`, 'COPY … FROM stdin', [2, 1]],
    [
      'COPY from stdin in capitals, with options',
      'COPY "t" FROM STDIN WITH (FORMAT csv);\n',
      'COPY … FROM stdin',
      [1, 1],
    ],
    [
      'COPY from stdin over several lines with comments',
      'copy /* a */ s.t -- b\nfrom\n/* c */ stdin;',
      'COPY … FROM stdin',
      [1, 1],
    ],
    ['COPY from stdin as a later statement', 'SELECT 1; COPY t FROM stdin;', 'COPY … FROM stdin', [1, 11]],
    ['an undo section of goose', '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;', 'undo section', [3, 1]],
    ['an undo section of dbmate', '-- migrate:up\n\n-- migrate:down\n', 'undo section', [3, 1]],
    ['an undo section of dbmate with an option', '-- migrate:down transaction:false\n', 'undo section', [1, 1]],
    ['an undo section of node-pg-migrate', '-- Up Migration\n-- Down Migration\n', 'undo section', [2, 1]],
    ['an undo section in small letters', '--down migration\n', 'undo section', [1, 1]],
    ['an undo section with more dashes and blanks', '---- Down  Migration ----\n', 'undo section', [1, 1]],
    ['an undo section behind a CRLF', 'SELECT 1;\r\n-- +goose down\r\n', 'undo section', [2, 1]],
    ['a NUL character', "SELECT 'a\0b';", 'NUL character', [1, 10]],
  ])('%s', (_, text, reason, [line, column]) => {
    expect(refusals(text)).toEqual([{ file: '001_a.sql', line, column, reason: expect.stringContaining(reason) }]);
  });

  test('everything that it finds, not the first thing only', () => {
    const lines = refusals(`-- +goose Down\n-- migrate:down\n${B}q`).map(({ line }) => line);
    expect(lines).toEqual([1, 2, 3]);
  });

  test('nothing behind a meta-command: that is the language of psql', () => {
    expect(refusals(`${B}if :x\n${B}else\n`)).toHaveLength(1);
  });

  test('nothing behind COPY from stdin: that is data', () => {
    expect(refusals(`COPY t FROM stdin;\n-- +goose Down\n${B}.\n`)).toHaveLength(1);
  });

  test('with a way out in every reason', () => {
    expect(refusals(`-- +goose Down\n${B}q`).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('move that section out of the file'),
      expect.stringContaining('Remove it, or write what it does as SQL'),
    ]);
    expect(refusals('COPY t FROM stdin')[0]?.reason).toContain('INSERT');
  });
});

describe('preflight accepts', () => {
  test.each<[string, string]>([
    ['a backslash in a string', `SELECT 'C:${B}set', E'${B}${B}', U&'${B}0061';`],
    ['a backslash in an E string that goes on in the next line', `SELECT E'a'\n'b${B}'${B}set';`],
    ['a backslash in a quoted identifier', `SELECT "a${B}b";`],
    ['a backslash in a comment', `-- ${B}set\n/* ${B}gexec */ SELECT 1;`],
    ['a backslash in a function body', `DO $$ BEGIN PERFORM '${B}d'; END $$;`],
    ['COPY to stdout', 'COPY t TO stdout;'],
    ['COPY from a file on the server', "COPY t FROM '/data/stdin';"],
    ['COPY of a table that is called stdin', "COPY stdin FROM '/data/x'; COPY s.stdin (a) TO stdout;"],
    ['COPY from a program', "COPY t FROM PROGRAM 'cat';"],
    ['COPY from stdin in a comment', '-- COPY t FROM stdin;\nSELECT 1;'],
    ['COPY from stdin in a string', "SELECT 'COPY t FROM stdin';"],
    [
      'COPY from stdin in a function body',
      'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN COPY t FROM stdin; END $$;',
    ],
    ['a table that is called stdin', 'SELECT * FROM stdin;'],
    ['a statement from stdin after a COPY', 'COPY t TO stdout; SELECT * FROM stdin;'],
    ['an undo section in a string', "SELECT '\n-- +goose Down\n';"],
    ['an undo section in a function body', 'DO $$\n-- migrate:down\nBEGIN END $$;'],
    ['an undo section in a block comment', '/*\n-- Down Migration\n*/ SELECT 1;'],
    [
      'the upper sections of other tools',
      '-- +goose Up\n-- +goose StatementBegin\n-- migrate:up\n-- Up Migration\nSELECT 1;',
    ],
    ['a comment that only mentions going down', '-- scale down the migration table\n-- downgrade\nSELECT 1;'],
    ['an empty file', ''],
    ['braces as data', "INSERT INTO t VALUES ('{{name}}');"],
  ])('%s', (_, text) => {
    expect(preflight('001_a.sql', text)).toEqual({ refusals: [], unclosed: undefined });
  });
});

test.each<[string, string, string, number]>([
  ['string', "SELECT 'a;", 'string', 7],
  ['dollar quote', 'DO $x$ BEGIN END', 'dollar-string', 3],
  ['comment', 'SELECT 1; /* a', 'block-comment', 10],
  ['quoted identifier', 'SELECT "a', 'quoted-identifier', 7],
])('preflight tells that a file ends in an open %s, and does not refuse it', (_, text, kind, start) => {
  expect(preflight('001_a.sql', text)).toEqual({ refusals: [], unclosed: { kind, start } });
});
