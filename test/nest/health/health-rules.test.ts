import { describe, expect, test } from '@jest/globals';
import { HealthIndicatorService } from '@nestjs/terminus';
import { assessHealth } from '../../../src/core/status/health.js';
import { DEFAULT_POLICY } from '../../../src/core/status/policy.js';
import type { MigrationState } from '../../../src/core/status/status.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { statusOf } from '../../core/fixtures.js';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, FILES, startServing } from './health-application.js';
import { indicatorOf } from './indicator-of.js';

const healthOf = (...states: MigrationState[]) =>
  assessHealth(
    [statusOf('0_a.sql', 'applied'), ...states.map((each, i) => statusOf(`${i + 1}_a.sql`, each))],
    DEFAULT_POLICY,
  );

const PROGRESS = { full: 'migrating, 2 of 3, 4 s in 2_secret.sql', nameless: 'migrating, 2 of 3, 4 s' };
const FAILURE = { full: '2_secret.sql failed (SQLSTATE 42703)', nameless: 'a migration failed (SQLSTATE 42703)' };

describe('the rules of a health check', () => {
  test('are those of the module, except where the check has its own', async () => {
    const { check } = indicatorOf({
      health: healthOf('changed', 'ahead'),
      options: { drift: 'degraded', ahead: 'down' },
    });
    expect(await check()).toMatchObject({ status: 'down' });
    expect(await check({ ahead: 'up' })).toMatchObject({ status: 'degraded', message: '1 file changed since applied' });
  });

  test('share one read, however different they are', async () => {
    const { check, reads } = indicatorOf({ health: healthOf('pending'), options: { cache: 60_000 } });
    expect(await check()).toMatchObject({ status: 'down', blocking: [{ file: '1_a.sql', state: 'pending' }] });
    expect(await check({ pending: 'degraded' })).toMatchObject({ status: 'degraded' });
    expect(await check({ pending: 'ignore' })).toMatchObject({ status: 'up', message: 'nothing to report' });
    expect(reads()).toBe(1);
  });

  test('determine the status during a background run without a read, unless the run is ignored', async () => {
    const { check, reads } = indicatorOf({ health: healthOf('pending'), progress: PROGRESS });
    expect(await check({ running: 'up' })).toMatchObject({ status: 'up', state: 'running' });
    expect(reads()).toBe(0);
    const ignored = await check({ running: 'ignore' });
    expect(ignored).toMatchObject({ status: 'down', message: '1 migration of this release not applied' });
    expect(ignored).not.toHaveProperty('state');
    expect(reads()).toBe(1);
  });

  test('cannot make a failed background run hide pending files', async () => {
    const { check } = indicatorOf({ health: healthOf('pending'), failure: FAILURE });
    expect(await check({ failed: 'up' })).toMatchObject({ status: 'down', state: 'failed', message: FAILURE.full });
    expect(await check({ failed: 'ignore' })).toMatchObject({ message: '1 migration of this release not applied' });
    expect(await check({ failed: 'degraded', pending: 'up' })).toMatchObject({ status: 'degraded' });
  });

  test('ignore a failed background run once everything is applied', async () => {
    const { check } = indicatorOf({ health: healthOf('changed'), failure: FAILURE });
    expect(await check({ drift: 'down' })).toMatchObject({ status: 'down', message: '1 file changed since applied' });
  });

  test('report degraded as up to a version of terminus that does not support it', async () => {
    const service = new HealthIndicatorService();
    const old = {
      check: (key: string) => {
        const session = service.check(key);
        return { up: session.up.bind(session), down: session.down.bind(session) };
      },
    };
    const { check } = indicatorOf({ health: healthOf('changed') }, old as unknown as HealthIndicatorService);
    expect(await check({ drift: 'degraded' })).toMatchObject({ status: 'up', degraded: true });
    expect(await check({ drift: 'up' })).not.toHaveProperty('degraded');
  });
});

describe('the details of a health check', () => {
  test.each([
    ['a file that is pending', { health: healthOf('pending', 'ahead') }],
    ['a run in the background', { progress: PROGRESS }],
    ['a failed run in the background', { health: healthOf('failed'), failure: FAILURE }],
  ])('name %s in full, not in counts, and are nothing with only the status', async (_, situation) => {
    const { check } = indicatorOf(situation);
    expect(JSON.stringify(await check())).toContain('.sql');
    const counts = await check({ details: 'counts' });
    expect(JSON.stringify(counts)).not.toContain('.sql');
    expect(counts).toMatchObject({ status: 'down', tracked: true, message: expect.any(String) });
    expect(await check({ details: 'status' })).toEqual({ status: 'down' });
  });

  test('include all counts, but no file names, with counts', async () => {
    const { check } = indicatorOf({ health: healthOf('pending', 'ahead') });
    const { newestApplied, blocking, ...counts } = await check();
    expect({ newestApplied, blocking }).toEqual({
      newestApplied: '2_a.sql',
      blocking: [{ file: '1_a.sql', state: 'pending' }],
    });
    expect(await check({ details: 'counts' })).toEqual(counts);
  });
});

describe('/health', () => {
  const db = useEmptyDatabase('health_rules');
  const migrations = useMigrations(FILES);

  test('is 200 and degraded because of drift if the options say so', async () => {
    const { directory } = migrations;
    const app = await startServing({
      connectionString: db.connectionString,
      directory,
      health: { cache: 0, drift: 'degraded' },
    });
    expect(await ask(app)).toMatchObject({ code: 200, details: { status: 'up' } });
    await writeFile(join(directory, '003_b.sql'), 'SELECT 2;');
    const { code, details, text } = await ask(app);
    expect({ code, status: JSON.parse(text).status, details }).toMatchObject({
      code: 200,
      status: 'degraded',
      details: { status: 'degraded', message: '1 file changed since applied', changed: 1 },
    });
  });
});
