import { describe, expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { CheckpointError, RefusedError } from '../../../src/migrator.js';
import { testWithDump } from '../../support/database/dump.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { fleetOn, type ObservedFleet } from '../fleet-on.js';
import { SHARED as APP } from './tenant-files.js';

const SHARED = { ...APP, '2_changes.sql': 'CREATE PUBLICATION changes FOR TABLE app.levels;' };

const db = useEmptyDatabase('tenant_checkpoint_refused');

const fleetWith = (sql: string, shared: Record<string, string> = SHARED, more: object = {}): Promise<ObservedFleet> =>
  fleetOn(shared, {
    connectionString: db.connectionString,
    files: { '1_a.sql': `CREATE TABLE a (t text); ${sql}` },
    tenants: { list: [{ name: 'one', schema: 'one' }] },
    ...more,
  });

const current = (sql: string): string => `DO $$ BEGIN EXECUTE format(${sql}, current_schema()); END $$`;

describe('a checkpoint of tenants’ files is not written if they', () => {
  const OUTSIDE = 'also change something outside the schema of the tenant';
  const DERIVED = 'compute something from the name of the schema';
  const UNLIKE = 'have different results for two tenants';

  for (const [what, sql, message, differences] of [
    ['create an extension', 'CREATE EXTENSION hstore', OUTSIDE, ['Extension hstore']],
    [
      'add rows to a shared table',
      "INSERT INTO app.levels VALUES (3, '{{schema}}')",
      OUTSIDE,
      ['COPY app.levels (id, name) FROM stdin;'],
    ],
    [
      'advance a shared sequence',
      "SELECT nextval('app.numbers')",
      OUTSIDE,
      ["SELECT pg_catalog.setval('app.numbers', 1, false);", "SELECT pg_catalog.setval('app.numbers', 1, true);"],
    ],
    ['change a publication', 'ALTER PUBLICATION changes ADD TABLE a', OUTSIDE, ['Publication changes']],
    [
      'change a shared table',
      'ALTER TABLE app.levels ADD note text',
      OUTSIDE,
      expect.arrayContaining(['Column app.levels.note']),
    ],
    ['create a large object', 'SELECT lo_create(0)', OUTSIDE, expect.anything()],
    [
      'insert the name of the schema without quotes',
      'INSERT INTO a VALUES (current_schema())',
      DERIVED,
      ['COPY {{schema}}.a (t) FROM stdin;'],
    ],
    [
      'name a table after the schema',
      current("'CREATE TABLE %I ()'").replace('current_schema()', "current_schema() || '_log'"),
      DERIVED,
      expect.anything(),
    ],
    [
      'insert the length of the name',
      'INSERT INTO a VALUES (length(current_schema())::text)',
      UNLIKE,
      ['COPY {{schema}}.a (t) FROM stdin;'],
    ],
    [
      'insert random values',
      'INSERT INTO a VALUES (gen_random_uuid()::text)',
      UNLIKE,
      ['COPY {{schema}}.a (t) FROM stdin;'],
    ],
    [
      'insert what looks like a placeholder',
      "INSERT INTO a VALUES ('{' || '{secret}}')",
      'looks like a placeholder',
      ['secret'],
    ],
  ] as const)
    testWithDump(what, async () => {
      const { fleet, directory } = await fleetWith(sql);
      const error = await failureOf(fleet.checkpoint('1'), CheckpointError);
      expect(error.message).toContain(message);
      expect(error.differences).toEqual(differences);
      expect(await readdir(directory)).toEqual(['1_a.sql']);
    });
});

test('files that a checkpoint cannot contain are refused before anything is created', async () => {
  const { fleet } = await fleetWith(
    "\nINSERT INTO a SELECT name FROM app.levels;\nSELECT '{{region}}';\nCREATE ROLE x;",
    { ...SHARED, '3_role.sql': 'CREATE ROLE y;' },
    { placeholders: { region: 'eu' } },
  );
  const { refusals, message } = await failureOf(fleet.checkpoint('1'), RefusedError);
  expect(refusals).toMatchObject([
    { subject: '1_a.sql', line: 4, reason: 'reaches-further', detail: 'CREATE ROLE' },
    { subject: '1_a.sql', reason: 'placeholder-value', detail: 'region' },
    { subject: '1_a.sql', line: 2, reason: 'reads-other-rows', detail: 'app.levels' },
    { subject: '3_role.sql', line: 1, reason: 'shared-reaches-further', detail: 'CREATE ROLE' },
  ]);
  expect(message).toContain('Name a server on which it may run: with --server');
});

test('names without a schema count if a file sets the search_path, and so do views on shared rows', async () => {
  const { fleet } = await fleetWith(`
    CREATE VIEW of_levels AS SELECT name FROM app.levels;
    INSERT INTO a SELECT name FROM of_levels;
    SET LOCAL search_path = {{schema}}, app;
    INSERT INTO a SELECT name FROM levels;
    INSERT INTO a SELECT t FROM a;`);
  const { refusals } = await failureOf(fleet.checkpoint('1'), RefusedError);
  expect(refusals).toMatchObject([
    { line: 3, reason: 'reads-other-rows', detail: 'of_levels' },
    { line: 5, reason: 'reads-other-rows', detail: 'levels' },
  ]);
});
