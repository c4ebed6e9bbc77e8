import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { DatabaseConnectionError, DatabaseError, HistoryTableError } from '../../src/core/errors/database-errors.js';
import { ConfigurationError, DirectoryError } from '../../src/core/errors/input-errors.js';
import { assessHealth, type MigrationHealth } from '../../src/core/status/health.js';
import { DEFAULT_HEALTH_RULES } from '../../src/core/status/health-rules.js';
import { DEFAULT_POLICY } from '../../src/core/status/policy.js';
import type { MigrationStatus } from '../../src/core/status/status.js';
import type { TenantState } from '../../src/core/tenants/standing.js';
import { nameless } from '../../src/nest/bootstrap/report-text.js';
import { STATES, statusOf } from '../core/fixtures.js';
import { indicatorOf, type Situation } from '../nest/health/indicator-of.js';

const text = readFileSync('docs/health.md', 'utf8');

/** The cells of the rows below a heading of columns. */
function rowsBelow(heading: string): string[][] {
  const [, table = ''] = text.split(`${heading}\n`);
  return [...table.split('\n\n', 1)[0]!.matchAll(/^\| (?!-)(.*) \|$/gm)].map(([, row = '']) =>
    row.split('|').map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const assess = (statuses: readonly MigrationStatus[]): MigrationHealth => assessHealth(statuses, DEFAULT_POLICY);
const fails = (error: Error): Situation => ({
  health: async () => {
    throw error;
  },
});
const server = { sqlstate: '42501', message: 'secret', severity: 'ERROR' } as DatabaseError['server'];
const failed = assess([statusOf('2.sql', 'failed')]);

/** How to cause each situation of the second table. */
const SITUATIONS: Record<string, Situation> = {
  'no file in the directory, although migrations are applied': { health: assess([statusOf('1.sql', 'ahead')]) },
  'a background run is in progress': {
    progress: { full: 'migrating, 2 of 3, 41 s in 2.sql', nameless: 'migrating, 2 of 3, 41 s' },
  },
  'a background run is waiting': { progress: nameless('migrating: waiting for the database') },
  'the background run failed, and the history is not up to date': {
    health: failed,
    failure: { full: '2.sql failed (SQLSTATE 42703)', nameless: 'a migration failed (SQLSTATE 42703)' },
  },
  'tenants are migrated in the background': { progress: nameless('migrating 30 tenants, 41 s') },
  'the background run with tenants failed, no rollout of this process has finished since, and more tenants than tolerated are not current':
    {
      health: assess([statusOf('1.sql', 'applied')]),
      hasTenants: true,
      failure: nameless('the rollout stopped, 1 of 30 tenants failed (ROLLOUT_STOPPED); see the log'),
    },
  'the database cannot be reached': fails(new DatabaseConnectionError('UNREACHABLE', 'secret')),
  'the database refuses the connection': fails(new DatabaseConnectionError('CONNECTION_REFUSED', 'secret')),
  'the connection is lost': fails(new DatabaseConnectionError('CONNECTION_LOST', 'secret')),
  'the history table cannot be used': fails(new HistoryTableError('secret', 'secret')),
  'the history cannot be read': fails(new DatabaseError('secret', server)),
  'the directory cannot be read': fails(new DirectoryError('secret', [{ code: 'not-readable', systemCode: 'secret' }])),
  'any other error': fails(new Error('secret')),
  'no answer in time': { health: () => new Promise(() => {}), options: { timeout: 1 } },
  'tracking is off': { tracked: false },
};

const upToDate = assess([statusOf('1.sql', 'applied')]);
const ofTenants = (tenants: Situation['tenants'], more: Situation = {}): Situation => ({
  health: upToDate,
  ...more,
  ...(tenants && { tenants }),
});
const states = (current: number, others: readonly TenantState[]): TenantState[] => [
  ...Array.from({ length: current }, () => 'current' as const),
  ...others,
];
const stopped: Situation = {
  hasTenants: true,
  isStopped: true,
  failure: nameless('the rollout stopped, 1 of 30 tenants failed (ROLLOUT_STOPPED); see the log'),
};
const unusableList = new ConfigurationError('INVALID_TENANTS', [{ code: 'unusable', detail: 'secret' }]);

/** The same for the table about tenants. */
const TENANTS: Record<string, () => Situation> = {
  'all are current': () => ofTenants(states(5_000, [])),
  'no more are other than current than tolerated': () => ofTenants(states(4_998, ['failed', 'failed'])),
  'more are': () =>
    ofTenants(
      states(
        4_400,
        Array.from({ length: 600 }, () => 'behind' as const),
      ),
    ),
  'one of three has failed': () => ofTenants(states(2, ['failed'])),
  'none is current': () => ofTenants(['failed']),
  'the rollout in the background stopped early, and no more are other than current than tolerated': () =>
    ofTenants(states(29, ['failed']), stopped),
  'the list of tenants cannot be used': () => ofTenants(Promise.reject(unusableList)),
  'no answer in time': () => ofTenants(new Promise(() => {}), { options: { timeout: 1 } }),
};

describe('docs/health.md', () => {
  test('gives the status of each migration state, and the option that determines it', () => {
    const rows = rowsBelow('| state | decided by | status | message |');
    expect(rows).toEqual(
      STATES.map((state) => {
        const { conditions, status, message } = assess([statusOf('1_a.sql', 'applied'), statusOf('2_b.sql', state)]);
        const kind = conditions[0]?.kind ?? '';
        return [state, kind in DEFAULT_HEALTH_RULES ? kind : '', status, message];
      }),
    );
  });

  const situations = rowsBelow('| situation | decided by | status | message |');

  test('lists every situation, and no other', () => {
    expect(situations.map(([situation]) => situation)).toEqual(Object.keys(SITUATIONS));
  });

  test.each(situations)('is correct when %s', async (situation, rule = '', status, message) => {
    const { check } = indicatorOf(SITUATIONS[situation]!);
    const report = await check();
    expect(report).toMatchObject({ status, message: message?.replace('3000 ms', '1 ms') });
    expect(JSON.stringify(report)).not.toContain('secret');
    const others = Object.keys(DEFAULT_HEALTH_RULES).filter((each) => each !== rule);
    const ignored = Object.fromEntries(others.map((each) => [each, 'ignore']));
    const expected = rule === '' ? status : 'degraded';
    expect(await check({ ...ignored, ...(rule && { [rule]: 'degraded' }) })).toMatchObject({ status: expected });
  });

  const tenants = rowsBelow('| tenants | status | message |');

  test('lists every situation of tenants, and no other', () => {
    expect(tenants.map(([situation]) => situation)).toEqual(Object.keys(TENANTS));
  });

  test.each(tenants)('is correct about tenants when %s', async (situation, status, message) => {
    const { check } = indicatorOf(TENANTS[situation]!());
    const report = await check();
    expect(report).toMatchObject({ status, message: message?.replace('3000 ms', '1 ms') });
    expect(JSON.stringify(report)).not.toContain('secret');
    const withoutTenants = await check({ tenants: { exceeded: 'ignore' } });
    expect(withoutTenants).toMatchObject(
      situation.includes('stopped early') ? { status: 'down' } : { status: 'up', message: 'up to date' },
    );
  });

  test('gives the defaults of the rules', () => {
    const rows = rowsBelow('| option | default | applies to |');
    expect(rows.map(([option, byDefault]) => [option, byDefault])).toEqual(Object.entries(DEFAULT_HEALTH_RULES));
  });
});
