import { afterEach, describe, expect, test } from '@jest/globals';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import type { ProcessResult } from '../support/programs/process.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { describeCauses } from '../../src/cli/render/describe-causes.js';
import { FILES, objectOf, run } from './command-line.js';

const db = useEmptyDatabase('verbose');
afterEach(() => expectNoLeftovers(db));

const failing = {
  '001_a.sql': "DO $$ BEGIN RAISE EXCEPTION 'key {{secret}}' USING HINT = 'ROLE a PASSWORD ''hunter2'''; END $$",
};

async function migrate(files: Record<string, string>, ...more: string[]): Promise<ProcessResult> {
  const directory = await migrationsDirectory(files);
  return run(['migrate', '--database-url', db.connectionString, '--dir', directory, ...more]);
}

describe('--verbose', () => {
  test('adds the effective options, the stack and the causes of a failure, without secrets', async () => {
    const plain = await migrate(failing, '--placeholder', 'secret=s3cret!');
    const verbose = await migrate(failing, '--placeholder', 'secret=s3cret!', '--verbose');
    expect(plain.code).toBe(1);
    expect(verbose.code).toBe(1);
    expect(verbose.stdout).toContain('Applying 1 pending migration');
    const [options = '', error = ''] = verbose.stderr.split(/(?=^Migration failed at )/m);
    expect(options).toMatch(/^Effective options:\nconnectionString +"postgres/);
    expect(options).toMatch(/^placeholders\.secret +"\*\*\*" +\(--placeholder\)$/m);
    expect(error).toContain(plain.stderr.trim().split('\n')[0]);
    expect(error).toMatch(/^ {4}at .*\.js:\d+/m);
    expect(error).toMatch(/^Caused by .*\(P0001\): key \*\*\*$/m);
    expect(plain.stderr).not.toMatch(/^ {4}at |Caused by|Effective/m);
    expect(verbose.stderr + verbose.stdout).not.toMatch(/s3cret!|hunter2/);
  });

  test('shows the stack of an error without a cause, and no password of a URL', async () => {
    const directory = await migrationsDirectory(FILES);
    const url = 'postgres://me:hunter2@127.0.0.1:1/nothing';
    const { code, stderr } = await run(['status', '--dir', directory, '--verbose', '--database-url', url]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^The database cannot be reached: [^]*^ {4}at .*\.js:\d+/m);
    expect(stderr).not.toContain('hunter2');
  });

  test('does not change the JSON on standard output', async () => {
    const result = await migrate(failing, '--json', '--verbose', '--placeholder', 'secret=1');
    expect(objectOf(result)).toMatchObject({ error: { code: 'MIGRATION_FAILED' } });
    expect(result.stderr).toContain('Caused by');
  });

  test('works for a command without a database', async () => {
    const directory = await migrationsDirectory(FILES);
    const { code, stdout, stderr } = await run(['lint', '--all', '--dir', directory, '--verbose']);
    expect(code).toBe(0);
    expect(stdout).not.toContain('Effective');
    expect(stderr).toMatch(/^Effective options:\n[^]*^directory +".*" +\(--dir\)$/m);
  });
});

describe('causes', () => {
  test('of an aggregate error are all shown, each only once, even if they are circular', () => {
    const first = new Error('first', { cause: 'a text with password=hunter2' });
    const group = new AggregateError([first, first], 'group');
    group.cause = group;
    const heads = describeCauses(new Error('top', { cause: group }), [])
      .split('\n')
      .filter((line) => !line.startsWith('    at '));
    expect(heads).toEqual([
      'Caused by AggregateError: group',
      'Caused by Error: first',
      'Caused by a text with password=***',
    ]);
  });
});
