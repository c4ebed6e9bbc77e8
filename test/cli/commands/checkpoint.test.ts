import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testWithDump } from '../../support/database/dump.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import type { ProcessResult } from '../../support/programs/process.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { FILES, objectOf, run } from '../command-line.js';
import { expectSchema } from '../schemas.js';

const db = useEmptyDatabase('cli_checkpoint');
const migrations = useMigrations(FILES);

const checkpoint = (...more: string[]): Promise<ProcessResult> =>
  run(['checkpoint', '--database-url', db.connectionString, '--dir', migrations.directory, ...more]);

testWithDump('checkpoint writes a file, and says what it stands for', async () => {
  const planned = await checkpoint('002', '--dry-run', '--json');
  await expectSchema('checkpoint', planned.stdout);
  expect(objectOf(planned)).toMatchObject({
    dryRun: true,
    file: '002_checkpoint.sql',
    replaces: ['001_a.sql', '002_b.sql'],
    supersedes: [],
  });
  const { code, stdout, stderr } = await checkpoint('002');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Wrote .*002_checkpoint\.sql \(\d+ bytes\), which stands for 2 migrations\n$/);
  const text = await readFile(join(migrations.directory, '002_checkpoint.sql'), 'utf8');
  expect(text).toMatch(/^-- nestjs-pg-migrations checkpoint: 002_b\.sql \(2 migrations\)\n/);
});

test('checkpoint says what is missing, and exits with 1', async () => {
  const { code, stderr } = await checkpoint('002', '--pg-dump', '/nowhere/pg_dump');
  expect(code).toBe(1);
  expect(stderr).toMatch(/\/nowhere\/pg_dump was not found\. .*--pg-dump/);
  expect(await checkpoint()).toMatchObject({ code: 2 });
});
