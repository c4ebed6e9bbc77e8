import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { outcomes } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { childEnvironment, repositoryRoot, runProcess, typescriptArguments } from '../support/programs/process.js';
import { testIf } from '../support/server/since-version.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { until } from '../support/jest/until.js';

const db = useEmptyDatabase('signals');
const APPLICATION = fileURLToPath(new URL('../nest/fixtures/application.ts', import.meta.url));

/** Making a process the first of its kind takes rights. */
const onlyRoot = testIf(process.platform === 'linux' && process.getuid?.() === 0, 'needs root on Linux');

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** The same run in all shells: a first file, and one that takes too long. */
const shells: Record<string, (directory: string) => string[]> = {
  'the command line': (directory) => [`${repositoryRoot}/dist/cli/main.js`, 'migrate', '--dir', directory],
  'an application that starts': (directory) => [
    ...typescriptArguments,
    APPLICATION,
    JSON.stringify({ connectionString: db.connectionString, directory }),
  ],
  'an application that migrates in the background': (directory) => [
    ...typescriptArguments,
    APPLICATION,
    JSON.stringify({ connectionString: db.connectionString, directory, onBootstrap: 'background' }),
    'stay',
  ],
};

function start(shell: string, directory: string, within: string[] = []): ChildProcess {
  const [command = '', ...parameters] = [...within, process.execPath, ...(shells[shell]?.(directory) ?? [])];
  const child = spawn(command, parameters, {
    env: childEnvironment({ DATABASE_URL: db.connectionString, NO_COLOR: '1' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  return child;
}

async function endOf(child: ChildProcess): Promise<{ code: unknown; signal: unknown; output: string; ms: number }> {
  const startedAt = Date.now();
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  child.stderr?.on('data', (chunk) => (output += String(chunk)));
  const [code, signal] = (await once(child, 'close')) as [unknown, unknown];
  return { code, signal, output, ms: Date.now() - startedAt };
}

const sleepers = async (): Promise<number> =>
  (await db.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`)).rows
    .length;
const sleeping = async (): Promise<boolean> => (await sleepers()) > 0;

test('two instances of one application are both interrupted before it ends', async () => {
  const stubborn = `DO $$ BEGIN PERFORM pg_sleep(300); EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(300); END $$`;
  const [one, two] = await Promise.all(
    ['SELECT pg_sleep(300)', stubborn].map((sql) => migrationsDirectory({ '1.sql': sql })),
  );
  const options = { connectionString: db.connectionString, onBootstrap: 'background' };
  const instances = [
    { ...options, directory: one, table: 'shared.one' },
    { ...options, directory: two, table: 'shared.two', name: 'second' },
  ];
  const child = spawn(process.execPath, [...typescriptArguments, APPLICATION, JSON.stringify(instances), 'stay'], {
    env: childEnvironment({ NO_COLOR: '1' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const end = endOf(child);
  await until(async () => (await sleepers()) === 2);
  child.kill('SIGTERM');
  const { signal, output } = await end;
  expect(signal).toBe('SIGTERM');
  expect(output.match(/The run was interrupted by SIGTERM/g)).toHaveLength(2);
});

test('an application that starts and hears the signal too ends with the code of it', async () => {
  const directory = await migrationsDirectory({ '1.sql': 'SELECT pg_sleep(300)' });
  const options = JSON.stringify({ connectionString: db.connectionString, directory });
  const child = spawn(process.execPath, [...typescriptArguments, APPLICATION, options, 'hears'], {
    env: childEnvironment({ NO_COLOR: '1' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const end = endOf(child);
  await until(sleeping);
  child.kill('SIGTERM');
  const { code, output } = await end;
  expect(output).toContain('heard');
  expect(output).toContain('The run was interrupted by SIGTERM');
  expect(code).toBe(143);
  await expectNoLeftovers(db);
});

test('a signal that comes twice at once, as from a terminal and from npm, does not end the run before it has stopped', async () => {
  const slowly = `DO $$ BEGIN PERFORM pg_sleep(300); EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(0.2); RAISE; END $$`;
  const directory = await migrationsDirectory({ '1.sql': `-- no-transaction\n${slowly}` });
  const child = start('the command line', directory);
  const end = endOf(child);
  await until(sleeping);
  child.kill('SIGINT');
  await sleep(50);
  child.kill('SIGINT');
  const { signal, output } = await end;
  expect(signal).toBe('SIGINT');
  expect(output).toContain('The run was interrupted by SIGINT');
  expect(await outcomes(db)).toEqual({ '1.sql': 'interrupted in step 1 of 1' });
});

describe.each(Object.keys(shells))('%s', (shell) => {
  onlyRoot(
    'as the first process of a container, which no signal ends by itself, ends with the code of the signal',
    async () => {
      const directory = await migrationsDirectory({ '1.sql': 'SELECT pg_sleep(300)' });
      const child = start(shell, directory, ['unshare', '--pid', '--fork', '--kill-child']);
      const end = endOf(child);
      await until(sleeping);
      // The process is the only child of unshare, which passes no signal on.
      const { stdout } = await runProcess('pgrep', ['-P', String(child.pid)]);
      process.kill(Number(stdout), 'SIGTERM');
      const { code, output } = await end;
      expect(output).toContain('The run was interrupted by SIGTERM');
      expect(code).toBe(143);
    },
  );

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s cancels, rolls back, says so and ends by that signal',
    async (signal) => {
      const directory = await migrationsDirectory({
        '1.sql': 'CREATE TABLE one ()',
        '2.sql': 'CREATE TABLE two (); SELECT pg_sleep(300)',
      });
      const child = start(shell, directory);
      const end = endOf(child);
      await until(sleeping);
      child.kill(signal);
      const { signal: endedBy, output, ms } = await end;
      expect(endedBy).toBe(signal);
      expect(output).toContain(`The run was interrupted by ${signal}`);
      expect(output).toContain('Applied before: 1.sql. Still pending: 2.sql.');
      expect(ms).toBeLessThan(60_000);
      expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
      await expectNoLeftovers(db);
    },
  );

  test('ends while it waits for the lock', async () => {
    const directory = await migrationsDirectory({ '1.sql': 'SELECT pg_sleep(300)' });
    const holder = start('the command line', directory);
    const held = endOf(holder);
    await until(sleeping);
    const waiter = start(shell, directory);
    const end = endOf(waiter);
    let said = '';
    waiter.stdout?.on('data', (chunk) => (said += String(chunk)));
    await until(() => /Waiting for the migration lock, held by backend \d+ /.test(said));
    waiter.kill('SIGTERM');
    expect((await end).signal).toBe('SIGTERM');
    holder.kill('SIGTERM');
    await held;
    await expectNoLeftovers(db);
  });
});
