import { describe, expect, test } from '@jest/globals';
import { forMessage, isDerived, templateOf } from '../../../src/core/checkpoint/tenant-template.js';

const QUOTED = { schema: 'Zt-1 of', placeholder: '{{schema}}' };
const PLAIN = { schema: 'zt_2', placeholder: '{{schema}}' };

/** Strings become dollar-quoted ones, whose tags depend on their content. */
const withoutTags = (text: string): string => text.replaceAll(/\$s_[0-9a-f]{12}\$/g, '$s$');

/** A function with a search_path. */
const of = (name: string): string =>
  `CREATE FUNCTION f() RETURNS text\n    LANGUAGE sql\n    SET search_path TO '${name}', 'public'\n    AS $$SELECT 1$$;`;

describe('the name of the schema becomes the placeholder', () => {
  test.each([
    ['an identifier', 'CREATE TABLE #.users (id bigint);', 'CREATE TABLE {{schema}}.users (id bigint);'],
    [
      'a name in a string',
      "ALTER TABLE ONLY #.a ALTER COLUMN id SET DEFAULT nextval('#.a_id_seq'::regclass);",
      'ALTER TABLE ONLY {{schema}}.a ALTER COLUMN id SET DEFAULT nextval($s${{schema}}.a_id_seq$s$::regclass);',
    ],
    [
      'a string with quotes and backslashes',
      String.raw`COMMENT ON TABLE #.a IS E'it''s \\ in #';`,
      String.raw`COMMENT ON TABLE {{schema}}.a IS $s$it's \ in {{schema}}$s$;`,
    ],
    [
      'the body of a function',
      'CREATE FUNCTION #.f() RETURNS text LANGUAGE sql AS $_$ SELECT #.g($1) $_$;',
      'CREATE FUNCTION {{schema}}.f() RETURNS text LANGUAGE sql AS $_$ SELECT {{schema}}.g($1) $_$;',
    ],
    [
      'rows',
      "COPY #.a (t) FROM stdin;\nit's in #\n\\N\n\\.\n",
      "COPY {{schema}}.a (t) FROM stdin;\nit's in {{schema}}\n\\N\n\\.\n",
    ],
    ['nothing', 'SELECT \'other\', "x";', 'SELECT \'other\', "x";'],
  ])('%s', (_, dumped, expected) => {
    expect(withoutTags(templateOf(dumped.replaceAll('#', '"Zt-1 of"'), QUOTED))).toBe(expected);
    expect(withoutTags(templateOf(dumped.replaceAll('#', 'zt_2'), PLAIN))).toBe(expected);
  });

  test('in the search_path of a function, where pg_dump writes names as strings', () => {
    expect(templateOf(of('Zt-1 of'), QUOTED)).toBe(of('#').replace("'#'", '{{schema}}'));
    expect(templateOf(of('zt_2'), PLAIN)).toBe(of('#').replace("'#'", '{{schema}}'));
  });

  test('with the delimiters of the options', () => {
    expect(templateOf('SELECT zt_2.f();', { ...PLAIN, placeholder: '<$&schema>' })).toBe('SELECT <$&schema>.f();');
    expect(templateOf("SELECT 'zt_2.f';", { ...PLAIN, placeholder: '<$&schema>' })).toContain('$<$&schema>.f$s_');
  });
});

test.each([
  ['a name that contains it', 'CREATE INDEX "Zt-1 of_idx" ON "Zt-1 of".a (id);', true],
  ['the name without quotes in a string', "SELECT 'Zt-1 of';", true],
  ['the name without quotes in a row', 'COPY "Zt-1 of".a (t) FROM stdin;\nZt-1 of\n\\.\n', true],
  ['the name in capital letters', "SELECT 'ZT-1 OF';", true],
  ['nothing else', 'SELECT "Zt-1 of".f();', false],
])('something was computed from the name if a block has left %s', (_, block, expected) => {
  expect(isDerived(templateOf(block, QUOTED), QUOTED)).toBe(expected);
});

test('a message has the placeholder instead of the name, with or without quotes', () => {
  expect(forMessage('Function Zt-1 of.f(), COPY "Zt-1 of".a', QUOTED)).toBe(
    'Function {{schema}}.f(), COPY {{schema}}.a',
  );
});
