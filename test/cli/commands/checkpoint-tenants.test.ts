import { expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testWithDump } from '../../support/database/dump.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { migrationsDirectory, tempDirectory } from '../../support/files/temp-directory.js';
import { objectOf, run } from '../command-line.js';
import { expectSchema } from '../schemas.js';

const db = useEmptyDatabase('cli_tenant_checkpoint');

async function project(): Promise<{ readonly config: string; readonly directory: string }> {
  const directory = await migrationsDirectory({ '001_a.sql': 'CREATE TABLE a ();', '002_b.sql': 'CREATE TABLE b ();' });
  const config = join(await tempDirectory(), 'migrations.config.json');
  const tenants = { directory, list: [{ name: 'one', schema: 'one' }], sharedFiles: false };
  await writeFile(config, JSON.stringify({ connectionString: db.connectionString, tenants }));
  return { config, directory };
}

testWithDump('checkpoint --tenants writes a file in the folder of tenants’ files', async () => {
  const { config, directory } = await project();
  const planned = await run(['checkpoint', '002', '--tenants', '--config', config, '--dry-run', '--json']);
  await expectSchema('checkpoint', planned.stdout);
  expect(objectOf(planned)).toMatchObject({ dryRun: true, file: '002_checkpoint.sql' });
  const { code, stdout, stderr } = await run(['checkpoint', '002', '--tenants', '--config', config]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Wrote .*002_checkpoint\.sql \(\d+ bytes\), which stands for 2 migrations\n$/);
  expect(await readFile(join(directory, '002_checkpoint.sql'), 'utf8')).toContain('CREATE TABLE {{schema}}.a (');
});

test('checkpoint --tenants needs tenants', async () => {
  const { code, stderr } = await run(['checkpoint', '002', '--tenants', '--database-url', db.connectionString]);
  expect(code).toBe(2);
  expect(stderr).toContain('tenants is missing');
});
