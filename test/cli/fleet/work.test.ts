import { describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../support/jest/until.js';
import { objectOf } from '../command-line.js';
import { expectSchema } from '../schemas.js';
import { ENGINE_AS_CODE, useWorkers, WAITING } from './workers.js';

const { db, type, write, open, project, begin, startWorker, letGo, waiting } = useWorkers('cli_fleet_work');

describe('fleet work', () => {
  test('migrates the tenants of a rollout, says what it does, and ends with what it has done', async () => {
    await open('ash', 'elm', 'oak');
    await db.query(`UPDATE shared.schools SET broken = true WHERE name = 'oak'`);
    const worker = await startWorker();
    expect(worker.output().stdout).toMatch(/^Waiting for rollouts to 3 tenants, with files [0-9a-f]{8}…\n$/);
    const { code, stdout } = await type('migrate', '--all');
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nTenant oak failed:\n {2}.*002_b\.sql/);
    expect(stdout).toMatch(/\nWave 1 of 1: 3 tenants\n(?:.*\n)*1 of 3 tenants, [01] failed\n/);
    expect(stdout).toContain('\nTenant oak failed\n');
    expect(stdout).toContain('\n3 of 3 tenants, 1 failed\n');
    worker.kill('SIGINT');
    const ended = await worker.ended;
    expect(ended.signal).toBe('SIGINT');
    expect(ended.stdout).toMatch(/\nTenant ash: applied 2 migrations in \d+ ms\n/);
    expect(ended.stdout).toMatch(/\nTenant oak failed:\n {2}[^]*out of chalk/);
    expect(ended.stdout).toMatch(/\nWorked for .*\. Tenants: 2 migrated, 1 failed\n$/);
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['of the command line', {}],
    ['from code', ENGINE_AS_CODE],
  ])('leaves what it is doing to another worker when it is stopped, with the engine %s', async (_, config) => {
    await open('elm');
    await write({ ...config, ...WAITING });
    if ('migrations.config.mjs' in config) await rm(join(project(), 'migrations.config.json'));
    const first = await startWorker('--json');
    const rollout = begin('migrate', '--all', '--json');
    await until(async () => (await waiting()) === 1);
    const second = await startWorker();
    first.kill('SIGTERM');
    const { signal, stdout } = await first.ended;
    expect(signal).toBe('SIGTERM');
    await expectSchema('fleet work', stdout);
    expect(JSON.parse(stdout)).toMatchObject({ counts: { applied: 0, failed: 0, interrupted: 1 } });
    expect(first.output().stderr).toContain('Tenant elm: interrupted; another worker continues with it\n');
    await letGo();
    const { code, stdout: report } = await rollout.ended;
    expect({ code, ...(JSON.parse(report) as object) }).toMatchObject({
      code: 0,
      tenants: [{ tenant: 'elm', outcome: 'applied', applied: ['001_a.sql', '002_b.sql', '003_wait.sql'] }],
    });
    second.kill('SIGTERM');
    expect((await second.ended).stdout).toMatch(/\nTenant elm: applied [123] migrations? in .*\n/);
  });

  test('says that a rollout has other files, and leaves it to others', async () => {
    await open('elm');
    const worker = await startWorker();
    await write({ 'schools/003_c.sql': 'CREATE TABLE c (id int);' });
    const rollout = begin('migrate', '--all');
    await until(() => worker.output().stdout.includes('is left to other workers'));
    expect(worker.output().stdout).toMatch(
      /\nRollout [0-9a-f-]{36} is left to other workers: it has files [0-9a-f]{8}…, this worker has [0-9a-f]{8}…\. Run workers of its release\n/,
    );
    const other = await startWorker();
    expect((await rollout.ended).code).toBe(0);
    expect(other.output().stdout).toContain('\nTenant elm: applied 3 migrations in ');
    expect(worker.output().stdout.match(/left to other workers/g)).toHaveLength(1);
  });

  test.each<[string, unknown, string]>([
    ['without an engine', undefined, 'tenants.engine is needed for this: '],
    ['with an unknown engine', 'kafka', 'migrations.config.json: tenants.engine: expected "pg-boss"'],
    ['with an unknown option of the engine', { name: 'pg-boss', retry: 1 }, 'unknown option "tenants.engine.retry"'],
  ])('is refused %s', async (_, engine, message) => {
    const tenants = { directory: 'schools', list: [{ name: 'elm', schema: 'elm' }], engine };
    await write({ 'migrations.config.json': JSON.stringify({ tenants }) });
    expect(await type('fleet', 'work')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
  });

  test('says how to install the package of the engine', async () => {
    await rm(join(project(), 'node_modules/pg-boss'));
    const { code, stdout, stderr } = await type('fleet', 'work', '--json');
    expect({ code, error: stderr }).toMatchObject({
      code: 2,
      error: expect.stringContaining('npm install pg-boss@12'),
    });
    expect(JSON.parse(stdout)).toMatchObject({ error: { problems: [{ option: 'tenants.engine' }] } });
  });

  test('takes options of the engine from a JSON file', async () => {
    const tenants = {
      directory: 'schools',
      list: [{ name: 'elm', schema: 'elm' }],
      engine: { name: 'pg-boss', schema: 'jobs' },
    };
    await write({ 'migrations.config.json': JSON.stringify({ tenants }) });
    const worker = await startWorker();
    expect(objectOf(await type('fleet', 'rollouts', '--json'))).toEqual({ rollouts: [] });
    worker.kill('SIGTERM');
    await worker.ended;
    expect((await db.query(`SELECT to_regclass('jobs.job') IS NOT NULL AS there`)).rows).toEqual([{ there: true }]);
  });
});
