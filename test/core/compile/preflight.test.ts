import { describe, expect, test } from '@jest/globals';
import { preflight } from '../../../src/core/compile/preflight.js';
import { finding, renderFinding, type FindingCode } from '../../../src/core/errors/finding.js';

const refusals = (text: string) => preflight('001_a.sql', text).refusals;
const B = '\\';

/** The layout whose markers are like this one; node-pg-migrate has none. */
const layoutsFor = (marker: string): { layouts?: string[] } => {
  const layout = /goose/.test(marker) ? 'goose' : /migrate:/.test(marker) ? 'dbmate' : undefined;
  return layout === undefined ? {} : { layouts: [layout] };
};

describe('preflight refuses', () => {
  test.each<[string, string, FindingCode, string | undefined, [number, number]]>([
    ['a meta-command', `SELECT 1;\n  ${B}set x 1\n`, 'META_COMMAND', `${B}set`, [2, 3]],
    ['a meta-command at the end of a statement', `SELECT 'x' ${B}gexec`, 'META_COMMAND', `${B}gexec`, [1, 12]],
    ['a meta-command of newer dumps behind SQL', `SELECT 1; ${B}restrict abc`, 'META_COMMAND', `${B}restrict`, [1, 11]],
    ['a meta-command that begins like one of newer dumps', `${B}restricted\n`, 'META_COMMAND', `${B}restricted`, [1, 1]],
    ['a meta-command behind a line end that is in a string', `SELECT 'a\n' ${B}unrestrict a`, 'META_COMMAND', `${B}unrestrict`, [2, 3]],
    ['a meta-command behind emoji and CRLF', `-- 😀\r\n'😀'; ${B}echo`, 'META_COMMAND', `${B}echo`, [2, 6]],
    ['a backslash alone', `SELECT ${B}`, 'META_COMMAND', B, [1, 8]],
    ['rows of COPY without an end', '\nCOPY t (a, b) FROM stdin;\n1\t2\n', 'COPY_WITHOUT_END', undefined, [2, 1]],
    ['COPY without rows', 'SELECT 1; COPY "t" FROM STDIN WITH (FORMAT csv);\n', 'COPY_WITHOUT_END', undefined, [1, 11]],
    ['COPY whose statement does not end', 'copy /* a */ s.t -- b\nfrom\n/* c */ stdin', 'COPY_WITHOUT_END', undefined, [1, 1]],
    ['COPY whose rows do not begin on the next line', `COPY t FROM stdin; SELECT 1;\n${B}.\n`, 'COPY_WITHOUT_END', undefined, [1, 1]],
    ['a second COPY without rows', `COPY t FROM stdin;\n1\n${B}.\n  COPY u FROM stdin;\n`, 'COPY_WITHOUT_END', undefined, [4, 3]],
    ['an undo section of goose', '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;', 'UNDO_SECTION', '-- +goose Down', [3, 1]],
    ['an undo section of dbmate', '-- migrate:up\n\n-- migrate:down\n', 'UNDO_SECTION', '-- migrate:down', [3, 1]],
    ['an undo section of dbmate with an option', '-- migrate:down transaction:false\n', 'UNDO_SECTION', '-- migrate:down transaction:false', [1, 1]],
    ['an undo section of node-pg-migrate', '-- Up Migration\n-- Down Migration\n', 'UNDO_SECTION', '-- Down Migration', [2, 1]],
    ['an undo section in lower case', '--down migration\n', 'UNDO_SECTION', '-- down migration', [1, 1]],
    ['an undo section with more dashes and blanks', '---- Down  Migration ----\n', 'UNDO_SECTION', '-- Down  Migration ----', [1, 1]],
    ['an undo section after a CRLF', 'SELECT 1;\r\n-- +goose down\r\n', 'UNDO_SECTION', '-- +goose down', [2, 1]],
    ['a NUL character', "SELECT 'a\0b';", 'NUL_CHARACTER', undefined, [1, 10]],
  ])('%s', (_, text, code, detail, [line, column]) => {
    const details = { subject: '001_a.sql', line, column, ...(detail !== undefined && { detail }) };
    const undo = code === 'UNDO_SECTION' && ({ reason: 'undo-section', ...layoutsFor(detail ?? '') } as const);
    expect(refusals(text)).toEqual([finding(code, { ...details, ...undo })]);
  }); // prettier-ignore

  test('everything that it finds, not the first thing only', () => {
    const lines = refusals(`-- +goose Down\n-- migrate:down\n${B}q`).map(({ line }) => line);
    expect(lines).toEqual([1, 2, 3]);
  });

  test('every meta-command of a file, whatever its arguments are', () => {
    const lines = refusals(`${B}if 'x\n${B}else\nSELECT 1; ${B}g\n`).map(({ line }) => line);
    expect(lines).toEqual([1, 2, 3]);
  });

  test('what stands behind rows of COPY, and nothing in them', () => {
    const text = `COPY t FROM stdin;\n-- +goose Down\n${B}q\n${B}.\nSELECT 1;\n${B}q\n`;
    expect(refusals(text).map(({ line }) => line)).toEqual([6]);
  });

  test.each<[string, string]>([
    [
      '-- +goose Down',
      'If the directory belongs to goose, read it with the option "layout" set to "goose". Otherwise move that section',
    ],
    [
      '-- migrate:down',
      'If the directory belongs to dbmate, read it with the option "layout" set to "dbmate". Otherwise move that section',
    ],
    ['-- Down Migration', 'with the rest. Move that section out of the file'],
  ])('%s, naming the layout that fits', (text, advice) => {
    expect(refusals(text).map(renderFinding)).toEqual([expect.stringContaining(advice)]);
  });

  test('with a way out for each', () => {
    expect(refusals(`-- +goose Down\n${B}q`).map(renderFinding)).toEqual([
      expect.stringContaining('move that section out of the file'),
      expect.stringContaining('Remove it, or write what it does as SQL'),
    ]);
    expect(refusals('COPY t FROM stdin').map(renderFinding)).toEqual([
      expect.stringContaining(`a line "${B}." after the last row`),
    ]);
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
    expect({ ...preflight('001_a.sql', text), ordinary: undefined }).toEqual({
      refusals: [],
      unclosed: undefined,
      sql: text,
      copies: new Map(),
      changesStringMode: false,
      ordinary: undefined,
    });
  });
});

test.each<[string, string, string, number]>([
  ['string', "SELECT 'a;", 'string', 7],
  ['dollar quote', 'DO $x$ BEGIN END', 'dollar-string', 3],
  ['comment', 'SELECT 1; /* a', 'block-comment', 10],
  ['quoted identifier', 'SELECT "a', 'quoted-identifier', 7],
])('preflight finds that a file ends in an open %s, and does not refuse it', (_, text, kind, start) => {
  expect(preflight('001_a.sql', text)).toMatchObject({ refusals: [], unclosed: { kind, start }, sql: text });
});

test.each<[string, string, string]>([
  ['the commands that every dump writes', `${B}restrict it's\r\nSELECT 1;\n ${B}unrestrict é😀\n`, 'SELECT 1'],
  ['rows of COPY', `COPY t FROM stdin;\n1\t'\n2\t😀\n${B}.\nSELECT 1;\n`, 'SELECT 1'],
])('preflight blanks out %s, and keeps all offsets and lines', (_, text, rest) => {
  const { refusals: found, sql } = preflight('001_a.sql', text);
  expect(found).toEqual([]);
  expect(sql.indexOf(rest)).toBe(text.indexOf(rest));
  expect(sql).toHaveLength(text.length);
  expect(sql.split(/\r\n|\n/)).toHaveLength(text.split(/\r\n|\n/).length);
  expect(sql).not.toMatch(/restrict|[12]\t|\\\./);
});

test('preflight finds the rows of each COPY by the end of its statement', () => {
  const text = `COPY t FROM stdin ;\n1\n${B}.\nSELECT 1;\nCOPY u FROM stdin; -- none\n${B}.\n`;
  const { copies } = preflight('001_a.sql', text);
  const found = [...copies].map(([end, { dataStart, dataEnd }]) => [text[end], text.slice(dataStart, dataEnd)]);
  expect(found).toEqual([
    [';', '1\n'],
    [';', ''],
  ]);
});
