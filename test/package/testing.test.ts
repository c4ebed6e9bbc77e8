import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { query, serverUrl } from '../support/database/database.js';
import { linkPackages } from '../support/programs/host-project.js';
import { repositoryRoot, runProcess } from '../support/programs/process.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { exists, templatesMadeBy } from '../testing/databases-on.js';

const PACKAGES = [
  'nestjs-pg-migrations',
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/schedule',
  '@nestjs/terminus',
  'reflect-metadata',
  'rxjs',
  'pg',
];

/** The databases are not closed: forEachTest() does that. */
const TESTS = `
  const { Client } = require('pg');
  const { createTestDatabases } = require('nestjs-pg-migrations/testing');

  const database = createTestDatabases({ directory: 'migrations' }).forEachTest();

  test.each([['first', 1], ['second', 1], ['failing', 2]])('%s', async (_, expected) => {
    const client = new Client(database().url);
    await client.connect();
    const { rowCount } = await client.query("INSERT INTO users VALUES ('ada'); SELECT * FROM users").then((all) => all[1]);
    await client.end();
    expect(rowCount).toBe(expected);
  });
`;

test('a failing test of a user keeps its database, passing tests do not', async () => {
  const project = await migrationsDirectory({
    'package.json': '{ "name": "consumer" }',
    'users.test.js': TESTS,
    'migrations/001_users.sql': `CREATE TABLE users (name text); -- ${process.pid} ${Date.now()}`,
  });
  await linkPackages(project, PACKAGES);

  await templatesMadeBy(async () => {
    const jest = join(repositoryRoot, 'node_modules/jest/bin/jest.js');
    const { code, stderr } = await runProcess(process.execPath, [jest, '--rootDir', project, '--no-cache'], {
      cwd: project,
      env: { TEST_DATABASE_URL: serverUrl() },
    });
    expect(stderr).toContain('1 failed, 2 passed');
    expect(code).toBe(1);
    const kept = [...stderr.matchAll(/^Kept the test database \S+\/(\w+) for a day$/gm)].map(([, name = '']) => name);
    expect(kept).toEqual([expect.stringMatching(/^nestjs_pg_migrations_test_\w+_3$/)]);
    expect(await exists(kept[0] ?? '')).toBe(true);
    expect(await exists((kept[0] ?? '').replace(/3$/, '1'))).toBe(false);
    await query(`DROP DATABASE ${kept[0]}`);
  });
});
