import { expect, test } from '@jest/globals';
import { failedStatement } from '../../../src/core/checkpoint/failed-statement.js';

const BLOCKS = [
  'CREATE TABLE public.users (\n    id integer\n);',
  'COPY public.users (id) FROM stdin;\n1\n\n2\n\\.\n',
  'CREATE INDEX by_id ON "Odd".notes USING btree (id);',
];
const MADE = {
  text: `-- header\nSET LOCAL a;\n\n${BLOCKS.join('\n\n')}`,
  blocks: BLOCKS,
  replaced: [
    { file: '1.sql', text: 'CREATE TABLE USERS (id int);' },
    { file: '2.sql', text: 'CREATE TABLE "notes" (id int); SELECT count(*) FROM of_users;' },
  ],
};

test.each([
  [4, '', { statement: 'CREATE TABLE public.users ( id integer );', name: 'users', files: ['1.sql'] }],
  [12, '', { statement: 'COPY public.users (id) FROM stdin;', name: 'users', files: ['1.sql'] }],
  [15, '', { statement: 'CREATE INDEX by_id ON "Odd".notes USING btree (id);', name: 'notes', files: ['2.sql'] }],
  [15, 'SQL function "of_users" statement 1', { name: 'of_users', files: ['2.sql'] }],
  [15, 'PL/pgSQL function shop.of_users(integer) line 2 at IF', { name: 'of_users', files: ['2.sql'] }],
  [15, 'PL/pgSQL function gone() line 2 at IF', { name: 'gone', files: [] }],
])(
  'the statement on line %i of a checkpoint, and files with its name, with the context "%s"',
  (line, context, found) => {
    expect(failedStatement(MADE, line, context)).toMatchObject(found);
  },
);

test('there is no statement after the last one', () => {
  expect(failedStatement(MADE, 99, '')).toBeUndefined();
});
