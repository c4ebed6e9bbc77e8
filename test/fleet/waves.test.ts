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
