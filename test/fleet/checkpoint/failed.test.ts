import { afterEach, describe, expect, test } from '@jest/globals';
import { CheckpointError } from '../../../src/migrator.js';
import { checkpointOf } from '../../support/migrator/checkpoint-of.js';
import { testWithDump } from '../../support/database/dump.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { fleetOn } from '../fleet-on.js';

const db = useEmptyDatabase('tenant_checkpoint_failed');
const role = `made_by_a_function_${process.pid}`;
afterEach(() => db.query(`DROP ROLE IF EXISTS ${role}`));

type Files = Record<string, string>;

async function messageFor(shared: Files, files: Files): Promise<string> {
  const { connectionString } = db;
  const { fleet } = await fleetOn(shared, {
    connectionString,
    files,
    tenants: { list: [{ name: 'one', schema: 'one' }] },
  });
  return (await failureOf(fleet.checkpoint('1'), CheckpointError)).message;
}

describe('if a file fails while a checkpoint of tenants’ files is made, the message says which, why, and what to do:', () => {
  test('a shared file, even if a file of tenants has the same name', async () => {
    const message = await messageFor({ '1_a.sql': 'SELECT 1;\nDROP TABLE of_old;' }, { '1_a.sql': 'SELECT 1;' });
    expect(message).toMatch(
      /^No checkpoint of the tenants' files was written, because a shared file fails in a scratch database\. Failed at 1_a\.sql:2:1: .*"of_old"/,
    );
    expect(message).toContain('\n    DROP TABLE of_old;\n    ^\n');
    expect(message).toContain('with a lower number');
    expect(message).not.toContain('end the checkpoint before');
  });

  testWithDump('a checkpoint of the shared files, even if the one to be written has the same name', async () => {
    const old = { '1_a.sql': 'SELECT 1;' };
    const shared = { ...old, '1_checkpoint.sql': checkpointOf(old, 'DROP TABLE of_old;') };
    const message = await messageFor(shared, { '1_a.sql': 'SELECT 1;' });
    expect(message).toMatch(/because a shared file fails .* Failed at 1_checkpoint\.sql:\d+:1: .*"of_old"/);
    expect(message).toContain('write it again: nest-migrations checkpoint 1_a.sql');
  });

  testWithDump('a file of tenants that fails for every tenant', async () => {
    const message = await messageFor({}, { '1_a.sql': 'DROP TABLE of_old;' });
    expect(message).toMatch(/because a migration fails in a scratch database\. Failed at 1_a\.sql:1:1: .*"of_old"/);
    expect(message).toContain('If 1_a.sql cannot run in an empty database, end the checkpoint before it.');
  });

  testWithDump('a file of tenants that fails if the name of the schema needs quotes', async () => {
    const sql = "DO $$ BEGIN EXECUTE 'CREATE TABLE ' || current_schema() || '.a ()'; END $$;";
    const message = await messageFor({}, { '1_a.sql': sql });
    expect(message).toMatch(
      /because a migration fails for a schema whose name has to be quoted: "Zt-\w+ of a tenant"\. Failed at 1_a\.sql:1:1: syntax error/,
    );
    expect(message).toContain("format('%I', current_schema())");
    expect(message).toContain('end the checkpoint before it');
  });

  testWithDump('a file of tenants that runs only once, for whatever tenant', async () => {
    const sql = `CREATE FUNCTION make() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE ' || 'ROLE ${role}'; END $$;
      SELECT make();`;
    const message = await messageFor({}, { '1_a.sql': sql });
    expect(message).toMatch(
      /because a migration fails for the second tenant of a database\. Failed at 1_a\.sql:2:\d+: /,
    );
    expect(message).toContain('such as a role');
  });
});
