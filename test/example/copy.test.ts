import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../src/testing/embedded/free-port.js';
import { codeBlocks } from '../support/files/code-blocks.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { linkPackages } from '../support/programs/host-project.js';
import { childEnvironment, repositoryRoot, runProcess } from '../support/programs/process.js';
import { tempDirectory } from '../support/files/temp-directory.js';
import { until } from '../support/jest/until.js';

const db = useEmptyDatabase('copy');

/** A copy of the example elsewhere, with the packages that its package.json names. */
let folder: string;

beforeAll(async () => {
  folder = await tempDirectory();
  await cp(path.join(repositoryRoot, 'example'), folder, { recursive: true });
  const { dependencies, devDependencies } = JSON.parse(
    await readFile(path.join(folder, 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
  await linkPackages(folder, Object.keys({ ...dependencies, ...devDependencies }));
});

const node = (...parameters: string[]): ReturnType<typeof runProcess> =>
  runProcess(process.execPath, parameters, {
    cwd: folder,
    env: { DATABASE_URL: db.connectionString, NO_COLOR: '1' },
    timeoutMs: 120_000,
  });

/** An application that runs, and says what to try. */
interface Started {
  readonly port: number;
  readonly output: string;
  /** Ends it with SIGTERM. @returns exit code and signal */
  readonly end: () => Promise<unknown>;
}

/** @param said what it says once it listens. */
async function start(main: string, said: string): Promise<Started> {
  const port = await freePort();
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: childEnvironment({ DATABASE_URL: db.connectionString, PORT: String(port), NO_COLOR: '1' }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(child, 'close');
  await until(() => output.includes(said) || child.exitCode !== null);
  const end = (): Promise<unknown> => {
    child.kill('SIGTERM');
    return ended;
  };
  return { port, output, end };
}

describe('a copy of the example', () => {
  test('compiles, starts on the database of DATABASE_URL, says what to try, and ends with SIGTERM', async () => {
    expect(await node('node_modules/typescript/bin/tsc')).toMatchObject({ code: 0, stdout: '' });

    const { port, output, end } = await start('dist/main.js', 'Ctrl+C');
    expect(output).toContain(`http://localhost:${port}/health `);
    expect(output).toContain('Edit migrations/003_courses_by_school.sql');
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toMatch(/^migrations_applied_total\{.*\} 3$/m);
    expect(metrics).toMatch(/^migrations_pending\{.*\} 0$/m);
    // The buckets are for seconds: the smallest is five milliseconds.
    expect(metrics).toMatch(/^migrations_migration_duration_bucket\{.*le="0.005"\} \d$/m);
    expect(metrics).toMatch(/^migrations_migration_duration_bucket\{.*le="60"\} 3$/m);
    expect(await end()).toEqual([null, 'SIGTERM']);

    const log = output.split('\n').filter((line) => line.includes('[Migrations]'));
    const status = await node(path.join(repositoryRoot, 'dist/cli/main.js'), 'status');
    const terminal = ['$ npm start', ...log, '$ npx nest-migrations status', status.stdout].join('\n');
    expect(codeBlocks('README.md', '').map(lasting)).toContain(lasting(terminal));
  });

  test('has an application with tenants, which serves what it says to try', async () => {
    const { port, output, end } = await start('dist/tenants/main.js', 'The other schools get it.');
    const json = { 'content-type': 'application/json' };
    expect(output).toContain(`/schools -H 'content-type: ${json['content-type']}' -d '{"name":"oak-hill"}'`);
    const given = { method: 'POST', headers: json, body: '{"name":"oak-hill"}' };
    const opened = await fetch(`http://127.0.0.1:${port}/schools`, given);
    expect(await opened.json()).toEqual({ name: 'oak-hill', applied: ['001_courses.sql', '002_pupils.sql'] });
    const courses = await fetch(`http://127.0.0.1:${port}/courses`, { headers: { 'x-school': 'oak-hill' } });
    expect([courses.status, await courses.json()]).toEqual([200, []]);
    expect(await end()).toEqual([null, 'SIGTERM']);
  });
});

/** A terminal without what differs from run to run: process, times, database and the widths that depend on them. */
function lasting(terminal: string): string {
  return terminal
    .replaceAll(/\[Nest\] .*? LOG /g, '[Nest] LOG ')
    .replaceAll(/\d+ ms\b/g, '0 ms')
    .replaceAll(/│ +\d+ │$/gm, '│ 0 │')
    .replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z| UTC)?/g, 'TIME')
    .replaceAll(/\w+\/shared\./g, 'app/shared.')
    .replaceAll(/[ ─]+/g, ' ')
    .trim();
}
