import { expect, test } from '@jest/globals';
import { differingTemplates, tenantBlocks } from '../../../src/core/checkpoint/tenant-blocks.js';

const NAMES = { schema: 'zt_1', placeholder: '{{schema}}' };
const BEFORE = ['CREATE TABLE public.a (id integer);', 'COPY public.a (id) FROM stdin;\n1\n\\.\n'];

const after = (...added: string[]) => tenantBlocks(BEFORE, [...BEFORE, ...added], NAMES);

test('what a tenant got keeps its order and the settings between its parts, but not the schema itself', () => {
  const { blocks, outside, derived } = tenantBlocks(
    ["SET LOCAL default_tablespace = '';", ...BEFORE],
    [
      'CREATE SCHEMA zt_1;',
      "SET LOCAL default_tablespace = '';",
      ...BEFORE,
      'CREATE TABLE zt_1.b (id integer);',
      "SET LOCAL default_tablespace = 'fast';",
      'CREATE TABLE zt_1.c (id integer);',
    ],
    NAMES,
  );
  expect({ blocks, outside, derived }).toEqual({
    blocks: [
      "SET LOCAL default_tablespace = '';",
      'CREATE TABLE {{schema}}.b (id integer);',
      "SET LOCAL default_tablespace = 'fast';",
      'CREATE TABLE {{schema}}.c (id integer);',
    ],
    outside: [],
    derived: [],
  });
});

test.each([
  ['rows of another table', 'COPY public.b (name) FROM stdin;\nzt_1\n\\.\n', 'COPY public.b (name) FROM stdin;'],
  ['a sequence', "SELECT pg_catalog.setval('public.s', 2, true);", "SELECT pg_catalog.setval('public.s', 2, true);"],
])('%s are outside of the schema', (_, block, expected) => {
  expect(after(block).outside).toEqual([expected]);
});

test('so is a block that changed', () => {
  const { outside } = tenantBlocks(BEFORE, [BEFORE[0] ?? '', 'COPY public.a (id) FROM stdin;\n2\n\\.\n'], NAMES);
  expect(outside).toEqual(['COPY public.a (id) FROM stdin;', 'COPY public.a (id) FROM stdin;']);
});

test('what is computed from the name is listed', () => {
  expect(after('CREATE TABLE zt_1.zt_1_log (id integer);').derived).toEqual([
    'CREATE TABLE {{schema}}.zt_1_log (id integer);',
  ]);
});

const rows = (values: string): string[] => [`COPY {{schema}}.a (t) FROM stdin;\n${values}\n\\.\n`];
const comment = (text: string): string[] => [`COMMENT ON TABLE {{schema}}.a IS '${text}';`];

test('two tenants may differ in times in rows, and in nothing else', () => {
  const one = rows('x\t2024-01-31 12:00:00.123+00');
  expect(differingTemplates(one, rows('x\t2024-01-31 12:00:01.5+00'))).toEqual([]);
  expect(differingTemplates(one, rows('y\t2024-01-31 12:00:00.123+00'))).toHaveLength(2);
  expect(differingTemplates(comment('2024-01-31 12:00:00'), comment('2024-01-31 12:00:01'))).toHaveLength(2);
});
