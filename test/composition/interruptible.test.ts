import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { outcomes, relations } from '../support/migrator/history-of.js';
import { expectNoLeftovers } from '../support/server/leftovers.js';
import { childEnvironment, runProcess, typescriptArguments } from '../support/programs/process.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { until } from '../support/jest/until.js';

const db = useEmptyDatabase('interruptible');
const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What asks for a run in each shell, and the arguments behind the options. */
const callers = {
  'makeMigrator().migrate()': [script('../history/crash.child.mjs')],
  'MigrationsService.migrate()': [script('../nest/fixtures/service.ts')],
  'MigrationsService.migrate() with the shutdown hooks of Nest': [script('../nest/fixtures/service.ts'), 'hooks'],
} as const;

const running: number[] = [];
afterEach(() => {
  for (const pid of running.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended, as it should
    }
  }
});

interface Caller {
  /** Of the process that migrates. */
  readonly pid: number;
  readonly ended: Promise<{ code: unknown; output: string; ms: number }>;
}

/** Starts it from a shell, which reports how it ended: as the code that every script sees. */
async function start([file, ...more]: readonly string[], directory: string): Promise<Caller> {
  const options = JSON.stringify({ connectionString: db.connectionString, directory });
  const command = [process.execPath, ...typescriptArguments, file ?? '', options, ...more];
  const shell: ChildProcess = spawn('sh', ['-c', '"$@" & echo "pid $!"; wait $!; exit $?', 'sh', ...command], {
    env: childEnvironment({ NO_COLOR: '1' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  shell.stdout?.on('data', (chunk) => (output += String(chunk)));
  shell.stderr?.on('data', (chunk) => (output += String(chunk)));
  const startedAt = performance.now();
  const ended = once(shell, 'close').then(([code]) => ({ code, output, ms: performance.now() - startedAt }));
  await until(() => /^pid \d+$/m.test(output));
  const pid = Number(/^pid (\d+)$/m.exec(output)?.[1]);
  running.push(pid);
  return { pid, ended };
}

const sleeping = async (): Promise<boolean> =>
  (await db.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`)).rows
    .length > 0;

describe.each(Object.entries(callers))('%s', (_, caller) => {
  test('on SIGTERM cancels what is under way, leaves nothing of it, and the process ends with 143', async () => {
    const directory = await migrationsDirectory({
      '1.sql': 'CREATE TABLE one ()',
      '2.sql': 'CREATE TABLE two (); SELECT pg_sleep(300)',
      '3.sql': 'CREATE TABLE three ()',
    });
    const { pid, ended } = await start(caller, directory);
    await until(sleeping);
    const asked = performance.now();
    process.kill(pid, 'SIGTERM');
    const { code, output } = await ended;
    expect({ code, output }).toMatchObject({ code: 143 });
    expect(performance.now() - asked).toBeLessThan(20_000);
    expect(await sleeping()).toBe(false);
    expect(await outcomes(db)).toEqual({ '1.sql': 'applied' });
    expect(await relations(db)).toEqual(['one']);
    await expectNoLeftovers(db);
  });
});

test('a process that migrates by itself and listens to the signal ends as its rejection does, with 143', async () => {
  const directory = await migrationsDirectory({ '1.sql': 'CREATE TABLE one (); SELECT pg_sleep(300)' });
  const listening = ['--import', 'data:text/javascript,process.on("SIGTERM",()=>console.log("heard"))'];
  const options = JSON.stringify({ connectionString: db.connectionString, directory });
  const child = spawn(process.execPath, [...listening, script('../history/crash.child.mjs'), options], {
    env: childEnvironment({ NO_COLOR: '1' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child.pid ?? 0);
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  const ended = once(child, 'close');
  await until(sleeping);
  child.kill('SIGTERM');
  expect(await ended).toEqual([143, null]);
  expect(output).toContain('heard');
  expect(output).toContain('InterruptedError: The run was interrupted by SIGTERM');
  expect(await outcomes(db)).toEqual({});
  await expectNoLeftovers(db);
});

test('a signal that arrives just before the work ends still ends the process', async () => {
  const child = [...typescriptArguments, script('./late-signal.child.ts')];
  expect(await runProcess(process.execPath, child)).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
});
