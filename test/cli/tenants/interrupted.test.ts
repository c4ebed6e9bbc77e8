import { describe, expect, test } from '@jest/globals';
import { until } from '../../support/jest/until.js';
import { runInTerminal, testInTerminal } from '../in-terminal.js';
import { expectSchema } from '../schemas.js';
import { useSchools } from './schools.js';

const { db, type, write, open, start, project } = useSchools('cli_interrupted');

const sleepers = async (): Promise<number | null> =>
  (await db.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`))
    .rowCount;

async function interrupted(args: readonly string[], signal: NodeJS.Signals, sleeping: number) {
  const run = start(...args);
  await until(async () => (await sleepers()) === sleeping);
  run.kill(signal);
  return run.ended;
}

describe('a signal', () => {
  test('ends a rollout with the report of each tenant', async () => {
    await open('elm', 'oak');
    await write({ 'schools/003_slow.sql': 'SELECT pg_sleep(300)' });
    const text = await interrupted(['migrate', '--all'], 'SIGINT', 2);
    expect(text.signal).toBe('SIGINT');
    expect(text.stdout).toMatch(
      /The rollout stopped: it was interrupted by SIGINT[^]*\n2 tenants \(elm, oak\) were interrupted:\n {2}The run was/,
    );
    const json = await interrupted(['migrate', '--all', '--json'], 'SIGTERM', 2);
    expect(json.signal).toBe('SIGTERM');
    await expectSchema('migrate', json.stdout);
    expect(JSON.parse(json.stdout)).toMatchObject({
      error: { code: 'ROLLOUT_STOPPED', rollout: { counts: { interrupted: 2 }, stopped: { by: 'interrupted' } } },
    });
  });

  test('ends a run of the shared files with its error as JSON', async () => {
    await write({ 'migrations/002_slow.sql': 'SELECT pg_sleep(300)' });
    for (const selection of [[], ['--all']]) {
      const { signal, stdout } = await interrupted(['migrate', '--json', ...selection], 'SIGTERM', 1);
      expect(signal).toBe('SIGTERM');
      await expectSchema('migrate', stdout);
      expect(JSON.parse(stdout)).toMatchObject({
        error: { code: 'INTERRUPTED', by: 'SIGTERM', pending: ['002_slow.sql'] },
      });
    }
  });
});

describe('a terminal', () => {
  testInTerminal('shows the progress of a rollout in one line that is updated', async () => {
    await open('elm', 'oak');
    await type('migrate', '--all');
    await write({ 'schools/003_slow.sql': 'SELECT pg_sleep(0.5)' });
    const { code, raw, lines } = await runInTerminal(
      ['migrate', '--all'],
      { DATABASE_URL: db.connectionString },
      { directory: project() },
    );
    expect(code).toBe(0);
    expect(raw).toContain('0 of 2 tenants, 0 failed');
    expect(lines).toEqual([
      expect.stringMatching(/^Database is up to date/),
      '2 of 2 tenants to migrate',
      'Wave 1 of 1: 2 tenants',
      expect.stringMatching(/^Tenants: 2 migrated \(/),
    ]);
  });
});
