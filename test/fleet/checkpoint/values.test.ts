import { describe, expect, test } from '@jest/globals';
import { CheckpointError, RefusedError } from '../../../src/migrator.js';
import { testWithDump } from '../../support/database/dump.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { fleetOn, type ObservedFleet } from '../fleet-on.js';

const db = useEmptyDatabase('tenant_checkpoint_values');

const fleetWith = (sql: string, shared: Record<string, string> = {}): Promise<ObservedFleet> =>
  fleetOn(shared, {
    connectionString: db.connectionString,
    files: { '1_a.sql': `CREATE TABLE a (id serial, t text); ${sql}` },
    tenants: { list: [{ name: 'one', schema: 'one' }] },
  });

describe('a checkpoint is not written if a new tenant would get a different value than the files give it', () => {
  const FORM = 'compute something from the name of the schema';
  const DATABASE = 'store the name of the current database';
  const ROWS = ['COPY {{schema}}.a (id, t) FROM stdin;'];

  for (const [what, sql, message, differences] of [
    [
      'a name that is quoted only if it must be',
      'INSERT INTO a (t) VALUES (quote_ident(current_schema()))',
      FORM,
      ROWS,
    ],
    ['the name of a sequence', "INSERT INTO a (t) VALUES (pg_get_serial_sequence('a', 'id'))", FORM, ROWS],
    [
      'a name in the text of a function',
      "DO $$ BEGIN EXECUTE format('CREATE FUNCTION f() RETURNS text LANGUAGE sql AS ''SELECT ''''%I.a''''''', current_schema()); END $$",
      FORM,
      ['CREATE FUNCTION {{schema}}.f() RETURNS text LANGUAGE sql AS'],
    ],
    ['the name of the database', 'INSERT INTO a (t) VALUES (current_database())', DATABASE, ROWS],
  ] as const)
    testWithDump(what, async () => {
      const { fleet } = await fleetWith(sql);
      const error = await failureOf(fleet.checkpoint('1'), CheckpointError);
      expect(error.message).toContain(message);
      expect(error.differences).toEqual(differences);
    });
});

testWithDump('large objects of the shared files do not matter', async () => {
  const { fleet } = await fleetWith('', { '1_blob.sql': "SELECT lo_from_bytea(0, 'abc');" });
  expect((await fleet.checkpoint('1')).file).toBe('1_checkpoint.sql');
});

test('shared files that create a role in a DO block are refused before anything runs', async () => {
  const role = 'created_by_shared_files';
  const { fleet } = await fleetWith('', { '1_role.sql': `DO $$ BEGIN CREATE ROLE ${role}; END $$;` });
  const { refusals } = await failureOf(fleet.checkpoint('1'), RefusedError);
  expect(refusals).toMatchObject([
    { subject: '1_role.sql', line: 1, reason: 'shared-reaches-further', detail: 'CREATE ROLE' },
  ]);
  expect((await db.query(`SELECT FROM pg_roles WHERE rolname = '${role}'`)).rows).toEqual([]);
});

test('the remedy does not ask for a server if one is already given', async () => {
  const { fleet } = await fleetWith('', {
    '1_sub.sql': "CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p WITH (connect = false);",
  });
  const { connectionString: server } = db;
  const { refusals, message } = await failureOf(fleet.checkpoint('1', { server }), RefusedError);
  expect(refusals).toMatchObject([{ reason: 'shared-reaches-other-server', detail: 'CREATE SUBSCRIPTION' }]);
  expect(message).not.toContain('--server');
});
