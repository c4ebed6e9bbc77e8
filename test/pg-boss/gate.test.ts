import { once } from 'node:events';
import { beforeEach, expect, test } from '@jest/globals';
import type { Fleet, FleetOptions, RolloutCommand, RunningRollout, TenantDefinition } from '../../src/migrator.js';
import { fleetOn, stopOf, tenantsUpTo } from '../fleet/fleet-on.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { until } from '../support/jest/until.js';
import { engineOn, VERSIONS } from './engines.js';

const db = useEmptyDatabase('boss_gate');
beforeEach(() => db.query('CREATE SCHEMA s0; CREATE SCHEMA s1'));

type Gate = NonNullable<NonNullable<FleetOptions['tenants']['rollout']>['gate']>;

/** A rollout in two waves of a tenant each, with a worker, seen from another process. */
async function rollOut(version: number, gate: Gate, migratedBefore: readonly string[] = []) {
  const start = async (): Promise<Fleet<TenantDefinition>> => {
    const rollout = { waves: [{ first: 1 }], gate };
    const tenants = { list: tenantsUpTo(2), rollout, engine: engineOn(version) };
    const files = { '1_a.sql': 'CREATE TABLE a ();' };
    return (await fleetOn({}, { connectionString: db.connectionString, files, tenants })).fleet;
  };
  const [caller, worker, other] = [await start(), await start(), await start()];
  const work = worker.work();
  if (migratedBefore.length > 0) await other.migrate({ tenants: migratedBefore });
  const rollout = caller.migrate();
  const seen = async (): Promise<RunningRollout | undefined> => (await other.rollouts())[0];
  await until(async () => (await seen())?.gate !== undefined);
  return {
    rollout,
    seen: async () => (await seen()) as RunningRollout,
    ask: async (command: RolloutCommand) => other.control((await seen())?.rolloutId ?? '', command),
    end: async () => {
      await worker.close();
      await work;
    },
  };
}

/** A gate, and how to open it. */
function closedGate() {
  const opening = new AbortController();
  const opened = once(opening.signal, 'abort').then(() => true);
  return { gate: () => opened, open: () => opening.abort() };
}

test.each(VERSIONS)('a rollout over pg-boss %s that waits at a gate says so, and sends heartbeats', async (version) => {
  const { gate, open } = closedGate();
  const { rollout, seen, end } = await rollOut(version, gate);
  const first = await seen();
  expect(first).toMatchObject({ state: 'running', tenants: 1, done: 1, gate: { wave: 1, of: 2 } });
  await until(async () => (await seen()).seenAt > first.seenAt);
  open();
  expect((await rollout).counts).toMatchObject({ applied: 2 });
  await end();
});

test('a rollout that begins at a gate, because the wave before was migrated earlier, says so too', async () => {
  const { gate, open } = closedGate();
  const { rollout, seen, ask, end } = await rollOut(10, gate, ['t0']);
  expect(await seen()).toMatchObject({ state: 'running', gate: { wave: 1, of: 2 } });
  expect(await ask('pause')).toBe(true);
  expect(await seen()).toMatchObject({ state: 'paused' });
  await ask('resume');
  open();
  expect((await rollout).counts).toMatchObject({ applied: 1, 'nothing-to-do': 1 });
  await end();
});

test.each<[string, Gate]>([
  ['a delay', 3_600_000],
  ['a function', closedGate().gate],
])('a rollout that waits at a gate with %s ends once it is cancelled', async (_, gate) => {
  const { rollout, ask, end } = await rollOut(10, gate);
  const stopped = stopOf(rollout);
  expect(await ask('cancel')).toBe(true);
  expect((await stopped).report).toMatchObject({
    stopped: { by: 'interrupted', reason: 'it was cancelled' },
    counts: { applied: 1, skipped: 1 },
  });
  await end();
});

test('a rollout that is paused at a gate stays paused once the gate has opened', async () => {
  const { gate, open } = closedGate();
  const { rollout, seen, ask, end } = await rollOut(10, gate);
  await ask('pause');
  expect(await seen()).toMatchObject({ state: 'paused', gate: { wave: 1, of: 2 } });
  open();
  await until(async () => (await seen()).gate === undefined);
  expect(await seen()).toMatchObject({ state: 'paused', tenants: 1, done: 0 });
  await ask('resume');
  expect((await rollout).counts).toMatchObject({ applied: 2 });
  await end();
});
