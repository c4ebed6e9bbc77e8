import { describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { askSquawk } from '../../../src/files/squawk/ask-squawk.js';
import { findSquawk, SquawkError } from '../../../src/files/squawk/find-squawk.js';
import { repositoryRoot } from '../../support/programs/process.js';
import { tempDirectory } from '../../support/files/temp-directory.js';

const ask = askSquawk(findSquawk(repositoryRoot), (file) => file);
const opinionsOn = (sql: string, isTransactional = true) => ask({ file: '1.sql', sql, isTransactional });
/** The rules that are broken, each with the beginning of the text at its place. */
const found = async (sql: string, isTransactional?: boolean): Promise<string[]> =>
  (await opinionsOn(sql, isTransactional)).map(
    ({ rule, severity, offset }) => `${severity} ${rule} at ${sql.slice(offset, offset + 10)}`,
  );

describe('Squawk', () => {
  test('finds problems at their place, which it counts in bytes from 0', async () => {
    const sql = `SELECT '😀é'; DROP TABLE a;\r\nSELECT 1;\n/* é */ ALTER TABLE b DROP COLUMN c;`;
    expect(await found(sql)).toEqual([
      'warning squawk/ban-drop-table at DROP TABLE',
      'warning squawk/ban-drop-column at DROP COLUM',
    ]);
    expect(await opinionsOn('ALTER TABLE a ALTER b TYPE int;')).toContainEqual({
      rule: 'squawk/prefer-bigint-over-int',
      severity: 'warning',
      message: 'breaks a rule of Squawk: Using 32-bit integer fields can result in hitting the max `int` limit',
      remedy: 'Use 64-bit integer values instead to prevent hitting this limit.',
      offset: 27,
    });
  });

  test('knows whether a migration runs in a transaction', async () => {
    const robust = 'warning squawk/prefer-robust-stmts at CREATE TAB';
    expect(await found('CREATE TABLE a (); SELECT 1;', true)).toEqual([]);
    expect(await found('CREATE TABLE a (); SELECT 1;', false)).toEqual([robust]);
  });

  test('checks the rest of a file with syntax errors', async () => {
    const sql = 'DROP TABLE a;\nSELEC 1, (2;\nDROP TABLE b;';
    expect(await found(sql)).toEqual([
      'warning squawk/ban-drop-table at DROP TABLE',
      'note squawk/syntax-error at SELEC 1, (',
    ]);
    expect(await found('SELEC (1), 2;\nDROP TABLE a;\nINSRT 😀 (;\nDROP TABLE b')).toEqual([
      'warning squawk/ban-drop-table at DROP TABLE',
      'note squawk/syntax-error at SELEC (1),',
      'note squawk/syntax-error at INSRT 😀 (',
    ]);
    expect(await found('SELECT (')).toEqual(['note squawk/syntax-error at SELECT (']);
  });

  test('says nothing about timeouts, which it cannot know, or about what its own comment ignores', async () => {
    expect(await found('ALTER TABLE a ADD COLUMN b bigint;')).toEqual([]);
    expect(await found('-- squawk-ignore ban-drop-table\nDROP TABLE a;')).toEqual([]);
  });

  test('can check an empty and a large file', async () => {
    expect(await found('')).toEqual([]);
    expect(await found('DROP TABLE a;\n'.repeat(20_000))).toHaveLength(20_000);
  });
});

test('Squawk does not see the environment, which may hold passwords', async () => {
  process.env['PGPASSWORD'] = 'secret';
  try {
    const printing = askSquawk(await script('env >&2'), String);
    await expect(printing({ file: '1.sql', sql: '', isTransactional: true })).rejects.toThrow(
      /^squawk failed: (?!.*PGPASSWORD)/s,
    );
  } finally {
    delete process.env['PGPASSWORD'];
  }
});

/** A program for the shell in place of Squawk. */
async function script(text: string): Promise<string> {
  const file = path.join(await tempDirectory(), 'squawk');
  await writeFile(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}

describe('Squawk cannot be run', () => {
  test('if it is not installed', async () => {
    const directory = await tempDirectory();
    expect(() => findSquawk(directory)).toThrow(
      expect.objectContaining({ name: 'SquawkError', command: 'npm install --save-dev squawk-cli@2' }),
    );
  });

  test('if it cannot be started, or fails', async () => {
    const text = { file: '1.sql', sql: 'SELECT 1', isTransactional: true };
    await expect(askSquawk('/nonexistent', String)(text)).rejects.toThrow(SquawkError);
    await expect(askSquawk('/bin/true', String)(text)).rejects.toThrow('squawk failed: it printed nothing');
    await expect(askSquawk(await script('kill -9 $$'), String)(text)).rejects.toThrow(
      'squawk was ended by SIGKILL while it checked 1.sql; the limit is 60 s for each file',
    );
  });
});
