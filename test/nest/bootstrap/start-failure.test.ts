import { describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { type ProcessResult, runProcess, typescriptArguments } from '../../support/programs/process.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';

const APPLICATION = fileURLToPath(new URL('../fixtures/application.ts', import.meta.url));

const db = useEmptyDatabase('start_failure');

const start = (options: object): Promise<ProcessResult> =>
  runProcess(process.execPath, [...typescriptArguments, APPLICATION, JSON.stringify(options)], {
    env: { NO_COLOR: '1', FORCE_COLOR: undefined },
  });

const countOf = (text: string, part: string): number => text.split(part).length - 1;

/** One readable error: what is the matter, once, and neither a stack nor what the driver said. */
function expectOneReadableError({ code, stdout, stderr }: ProcessResult, message: string): void {
  const all = stdout + stderr;
  expect(countOf(all, message)).toBe(1);
  expect(all).not.toMatch(/^\s+at .*:\d+:\d+|\[cause\]|node_modules|routine:|severity:/m);
  expect(all).not.toContain('listening');
  expect(code).toBe(1);
}

describe('a start as a process', () => {
  test('that succeeds listens, and ends by itself after close()', async () => {
    const directory = await migrationsDirectory({ '001_a.sql': 'CREATE TABLE a (id int);' });
    const result = await start({ connectionString: db.connectionString, directory });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/listening\n[^]*closed\n/);
  });

  test('stops with exit code 1 and one readable error when a migration fails', async () => {
    const directory = await migrationsDirectory({
      '001_a.sql': 'CREATE TABLE a (id int);',
      '002_bad.sql': 'CREATE TABLE b (id int);\nINSERT INTO nowhere VALUES (1);\n',
      '003_c.sql': 'CREATE TABLE c (id int);',
    });
    const result = await start({ connectionString: db.connectionString, directory });
    expectOneReadableError(result, 'Migration failed at 002_bad.sql:2:13: relation "nowhere" does not exist');
    expect(result.stderr).toContain(`    INSERT INTO nowhere VALUES (1);\n                ^\n`);
    expect(result.stderr).toContain(
      'applied in this run before it: 001_a.sql\n  failed: 002_bad.sql; still pending: 003_c.sql\n[MIGRATION_FAILED]',
    );
  });

  test('stops when validation finds something pending', async () => {
    const directory = await migrationsDirectory({ '001_a.sql': 'SELECT 1;' });
    const options = { connectionString: db.connectionString, directory, onBootstrap: 'validate' };
    expectOneReadableError(await start(options), '001_a.sql is pending');
  });

  test('stops when the options are wrong', async () => {
    const options = { connectionString: db.connectionString, onBootstrap: 'sometimes', extra: 1 };
    const result = await start(options);
    expectOneReadableError(result, 'unknown option "extra"');
    expectOneReadableError(result, 'onBootstrap: ');
  });

  test('stops when the table option is no table name', async () => {
    const options = { connectionString: db.connectionString, table: 'a; DROP TABLE b' };
    expectOneReadableError(await start(options), 'is not a table name');
  });

  test('stops when nothing listens there, and never shows the password', async () => {
    const options = {
      connectionString: 'postgres://someone:hunter2@127.0.0.1:1/nowhere',
      timeouts: { connectRetry: 0 },
    };
    const result = await start(options);
    expectOneReadableError(result, 'The database cannot be reached: connect ECONNREFUSED 127.0.0.1:1');
    expect(result.stdout + result.stderr).not.toContain('hunter2');
  });
});
