import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Gate, WaveResult } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { fleetOn, inBrief, stopOf, tenantsUpTo } from './fleet-on.js';

const db = useEmptyDatabase('waves');
const here = () => ({ connectionString: db.connectionString });
const files = {
  '1_a.sql': 'CREATE TABLE a (id int);',
  '2_b.sql': 'INSERT INTO {{schema}}.a SELECT 1;',
};
const gated = (gate: number | Gate) => ({
  list: tenantsUpTo(2),
  rollout: { waves: [{ first: 1 }], gate },
});

beforeEach(async () => {
  await db.query(`DO $$ BEGIN FOR i IN 0..3 LOOP EXECUTE format('CREATE SCHEMA s%s', i); END LOOP; END $$`);
});

/** A rollout in three waves. The first tenant fails or not, the second one is current already. */
async function rolloutOf(gate: number | Gate, failing = '') {
  const before = await fleetOn({}, { ...here(), files, tenants: { list: tenantsUpTo(2) } });
  await before.fleet.migrate({ tenants: ['t1'] });
  const table = 'shared.schema_migrations_tenants';
  await db.query(`UPDATE ${table} SET executed_at = executed_at - interval '1 day'`);
  await db.query(failing);
  const rollout = { waves: [{ first: 1 }, { first: 2 }], gate, stopAfter: 9 };
  return (await fleetOn({}, { ...here(), files, tenants: { list: tenantsUpTo(3), rollout } })).fleet;
}

/** When a tenant was migrated, as SQL. */
const at = (what: string, tenant: string): string =>
  `(SELECT ${what} FROM shared.schema_migrations_tenants WHERE tenant = '${tenant}')`;

describe('a rollout', () => {
  test('proceeds in waves, and calls the gate between them', async () => {
    const waves: WaveResult[] = [];
    const list = tenantsUpTo(4).map((tenant, i) => ({ ...tenant, ...(i === 2 && { group: 'pilot' }) }));
    const gate = (wave: WaveResult): boolean => waves.push(wave) < 2;
    const { fleet } = await fleetOn(
      {},
      {
        ...here(),
        files,
        tenants: { list, rollout: { waves: [{ group: 'pilot' }, { first: 1 }], gate } },
      },
    );
    const stopped = await stopOf(fleet.migrate());
    expect(stopped.report.stopped).toEqual({ by: 'gate', reason: 'the gate after wave 2 of 3 did not open' });
    expect(stopped.report.tenants.map(({ tenant, outcome }) => `${tenant} ${outcome}`)).toEqual([
      't0 applied',
      't1 skipped',
      't2 applied',
      't3 skipped',
    ]);
    expect(waves.map(({ wave, of, counts }) => [wave, of, counts.applied])).toEqual([
      [1, 3, 1],
      [2, 3, 1],
    ]);
  });

  test('stops at a gate that throws, and waits at one that is a delay', async () => {
    const throwing = await fleetOn(
      {},
      {
        ...here(),
        files,
        tenants: gated(() => {
          throw new Error('no metrics');
        }),
      },
    );
    expect((await stopOf(throwing.fleet.migrate())).report.stopped?.reason).toBe(
      'the gate after wave 1 of 2 failed: no metrics',
    );
    const delayed = await fleetOn({}, { ...here(), files, tenants: gated(1) });
    expect(inBrief(await delayed.fleet.migrate())).toEqual(['t0 nothing-to-do', 't1 applied 1_a.sql 2_b.sql']);
  });

  test('asks a gate that did not open again, also if the wave before it has nothing left to do', async () => {
    const asked: WaveResult[] = [];
    const closed = gated((wave) => asked.push(wave) < 0);
    for (let i = 0; i < 2; i++) {
      const { fleet } = await fleetOn({}, { ...here(), files, tenants: closed });
      const { report } = await stopOf(fleet.migrate());
      expect(report.stopped?.reason).toBe('the gate after wave 1 of 2 did not open');
      expect(report.tenants[1]?.outcome).toBe('skipped');
    }
    expect(asked.map(({ tenants }) => tenants.map(({ tenant, outcome }) => `${tenant} ${outcome}`))).toEqual([
      ['t0 applied'],
      ['t0 nothing-to-do'],
    ]);

    const { fleet, events } = await fleetOn({}, { ...here(), files, tenants: gated(() => true) });
    expect(inBrief(await fleet.migrate())).toEqual(['t0 nothing-to-do', 't1 applied 1_a.sql 2_b.sql']);
    expect(events).toContainEqual(expect.objectContaining({ type: 'gate-reached', wave: 1, of: 2 }));
    expect(events).toContainEqual(expect.objectContaining({ type: 'wave-started', wave: 2, of: 2, tenants: 1 }));
  });

  describe('whose second wave has nothing to do', () => {
    test('asks the gate about the first one, which it has just migrated', async () => {
      const fleet = await rolloutOf(({ counts }) => counts.failed === 0, 'CREATE TABLE s0.a (id int)');
      const { report } = await stopOf(fleet.migrate());
      expect(report.stopped?.reason).toBe('the gate after wave 1 of 3 did not open');
      expect(report.tenants.map(({ outcome }) => outcome)).toEqual(['failed', 'nothing-to-do', 'skipped']);
    });

    test('waits after the first one', async () => {
      const fleet = await rolloutOf(400);
      expect((await fleet.migrate()).counts.applied).toBe(2);
      const waited = `${at('min(started_at)', 't2')} - ${at('max(executed_at)', 't0')}`;
      expect((await db.query(`SELECT extract(epoch FROM ${waited}) >= 0.395 AS waited`)).rows).toEqual([
        { waited: true },
      ]);
    });
  });

  test('does not wait again after a wave in which nothing could be applied', async () => {
    const list = tenantsUpTo(3);
    const first = await fleetOn({}, { ...here(), files, tenants: { list } });
    await first.fleet.migrate({ tenants: ['t1'] });
    await db.query(`UPDATE shared.schema_migrations_tenants SET executed_at = executed_at - interval '1 hour'`);
    await db.query('CREATE TABLE s0.a (id int)');
    const rollout = { waves: [{ first: 2 }], gate: 3_600_000, stopAfter: 9 };
    const { fleet } = await fleetOn({}, { ...here(), files, tenants: { list, rollout } });
    expect((await fleet.migrate()).tenants.map(({ outcome }) => outcome)).toEqual([
      'failed',
      'nothing-to-do',
      'applied',
    ]);
  });

  test('has no waves for tenants that were created meanwhile: all gates have been passed', async () => {
    const list = tenantsUpTo(2);
    const asked: WaveResult[] = [];
    const gate: Gate = (wave) => {
      if (asked.push(wave) === 1) list.push(...tenantsUpTo(4).slice(2));
      return asked.length === 1;
    };
    const rollout = { waves: [{ first: 1 }], gate };
    const { fleet } = await fleetOn({}, { ...here(), files, tenants: { list: () => list, rollout } });
    expect((await fleet.migrate()).counts.applied).toBe(4);
    expect(asked.length).toBe(1);
  });

  test('does not ask a gate if nothing behind it has anything to do, or if the tenant is named', async () => {
    const asked: WaveResult[] = [];
    const { fleet } = await fleetOn({}, { ...here(), files, tenants: gated((wave) => asked.push(wave) < 0) });
    expect((await fleet.migrate({ tenants: ['t1'] })).counts.applied).toBe(1);
    expect((await fleet.migrate()).counts).toMatchObject({ applied: 1, 'nothing-to-do': 1 });
    expect(asked).toEqual([]);
  });

  test.each(['shared', 'per-tenant'] as const)(
    'counts the delay of a gate from the last migration of the wave before it: %s history',
    async (history) => {
      const table = history === 'shared' ? 'shared.schema_migrations_tenants' : 's0.schema_migrations';
      const { fleet } = await fleetOn({}, { ...here(), files, tenants: { ...gated(500), history } });
      await fleet.migrate({ tenants: ['t0'] });
      expect(inBrief(await fleet.migrate())).toEqual(['t0 nothing-to-do', 't1 applied 1_a.sql 2_b.sql']);
      const other = history === 'shared' ? table : 's1.schema_migrations';
      const last = `(SELECT max(executed_at) FROM ${table}${history === 'shared' ? ` WHERE tenant = 't0'` : ''})`;
      const first = `(SELECT min(started_at) FROM ${other}${history === 'shared' ? ` WHERE tenant = 't1'` : ''})`;
      // A timer may fire a millisecond early.
      const { rows } = await db.query(`SELECT extract(epoch FROM ${first} - ${last}) >= 0.495 AS waited`);
      expect(rows).toEqual([{ waited: true }]);

      const later = await fleetOn(
        {},
        { ...here(), files, tenants: { ...gated(3_600_000), history, list: tenantsUpTo(3) } },
      );
      await db.query(`UPDATE ${table} SET executed_at = executed_at - interval '1 hour'`);
      expect(inBrief(await later.fleet.migrate()).at(-1)).toBe('t2 applied 1_a.sql 2_b.sql');
    },
  );

  test('says how many failed, also those that were running when the budget was spent', async () => {
    await db.query('CREATE SEQUENCE public.arrived');
    const arrive = `PERFORM nextval('public.arrived'); WHILE (SELECT last_value FROM public.arrived) < 2 LOOP PERFORM pg_sleep(0.01); END LOOP`;
    const failing = { '1_a.sql': `DO $$ BEGIN ${arrive}; RAISE 'no'; END $$;` };
    const rollout = { stopAfter: '10%', parallelism: 2 } as const;
    const { fleet } = await fleetOn({}, { ...here(), files: failing, tenants: { list: tenantsUpTo(4), rollout } });
    const { report } = await stopOf(fleet.migrate());
    expect(report.stopped?.reason).toBe('2 tenants failed, and "rollout.stopAfter" is 10%, which is 1');
    expect(report.counts).toMatchObject({ failed: 2, skipped: 2 });
  });

  test('does not wait for a gate once it is interrupted, and tells the gate', async () => {
    const controller = new AbortController();
    const told: unknown[] = [];
    const gate = (_: WaveResult, signal: AbortSignal): Promise<boolean> => {
      signal.addEventListener('abort', () => told.push(signal.reason));
      controller.abort('a test');
      return new Promise(() => {});
    };
    const { fleet } = await fleetOn({}, { ...here(), files, tenants: gated(gate) });
    const stopped = await stopOf(fleet.migrate({ signal: controller.signal }));
    expect(stopped.report.stopped?.by).toBe('interrupted');
    expect(inBrief(stopped.report)).toEqual(['t0 applied 1_a.sql 2_b.sql', 't1 skipped']);
    expect(told).toEqual(['a test']);
  });
});
