import { afterEach, describe, expect, test } from '@jest/globals';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError, dumpFailed } from '../../../../src/core/errors/catalog/checkpoint-error.js';
import { testWithDump } from '../../../support/database/dump.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { failureOf } from '../../../support/jest/failure-of.js';
import { useOwnedMigrators } from '../catalog/owned-migrator.js';

const db = useEmptyDatabase('checkpoint_not_written');
const { ownedMigrator, scratchDatabases } = useOwnedMigrators(db);
afterEach(async () => expect(await scratchDatabases()).toEqual([]));

const refusalOf = async (files: Record<string, string>, version = '001'): Promise<string> => {
  const { migrator } = await ownedMigrator(files);
  return (await failureOf(migrator.checkpoint(version), CheckpointError)).message;
};

describe('a checkpoint is not written, and the message says what to do', () => {
  testWithDump('if its own statements fail because a function finds its tables by the search_path', async () => {
    const message = await refusalOf(
      {
        '001_a.sql': 'CREATE TABLE t (id int); INSERT INTO t VALUES (1);',
        '002_b.sql': `CREATE FUNCTION rows_of_t() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t';`,
        '003_c.sql': 'CREATE TABLE u (id int CHECK (Rows_Of_T() > 0)); INSERT INTO u VALUES (1);',
        '004_d.sql': 'CREATE TABLE more_rows_of_t ();',
      },
      '004',
    );
    expect(message).toMatch(
      /^004_checkpoint\.sql was not written, because its statements fail in an empty database: .*"t"/,
    );
    expect(message).toContain('\n  statement: COPY public.u (id) FROM stdin;\n');
    expect(message).toContain('\nThe name rows_of_t occurs in 002_b.sql, 003_c.sql.\n');
    expect(message).toContain('must name the schemas of what it uses, or set its own search_path');
    expect(message).not.toContain('skip');
  });

  testWithDump('if a migration fails in an empty database', async () => {
    const message = await refusalOf(
      { '001_a.sql': 'CREATE TABLE a (id int);', '002_b.sql': 'DROP TABLE of_old;' },
      '002',
    );
    expect(message).toMatch(
      /^No checkpoint was written, because a migration fails .* Failed at 002_b\.sql:1:1: .*"of_old"/,
    );
    expect(message).toContain('If 002_b.sql cannot run in an empty database, end the checkpoint before it.');
    expect(message).not.toContain('skip');
  });

  testWithDump('if there are large objects', async () => {
    expect(await refusalOf({ '001_a.sql': `SELECT lo_from_bytea(0, 'abc');` })).toMatch(
      /^The migrations create large objects, .* End it before the migration that creates them/,
    );
  });

  testWithDump('if the name of the current database is in a row', async () => {
    const message = await refusalOf({ '001_a.sql': 'CREATE TABLE t AS SELECT current_database()::text AS name;' });
    expect(message).toMatch(/store the name of the current database: COPY public\.t \(name\) FROM stdin;/);
  });

  test('if the name of a file has a line break', async () => {
    const { migrator, directory } = await ownedMigrator({ '001_a.sql': 'SELECT 1;' });
    await rename(join(directory, '001_a.sql'), join(directory, '001_a\nb.sql'));
    const { message } = await failureOf(migrator.checkpoint('001'), CheckpointError);
    expect(message).toMatch(/^The name "001_a\\nb\.sql" contains a line break, .* Rename the file\./);
  });

  test('if row security hides rows from pg_dump', () => {
    const said =
      'pg_dump: error: query failed: ERROR:  query would be affected by row-level security policy for table "t"';
    expect(dumpFailed('pg_dump', 'exit code 1', said).message).toContain(
      'Write the checkpoint as a role with BYPASSRLS',
    );
    expect(dumpFailed('pg_dump', 'exit code 1', 'no').message).not.toContain('BYPASSRLS');
  });
});
