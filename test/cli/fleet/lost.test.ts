import { expect, test } from '@jest/globals';
import { until } from '../../support/jest/until.js';
import { objectOf } from '../command-line.js';
import { useWorkers, WAITING } from './workers.js';

const { type, write, open, begin, db } = useWorkers('cli_fleet_lost', { name: 'pg-boss', workerTimeout: 600_000 });

interface Shown {
  readonly rollouts: readonly { readonly rolloutId: string; readonly state: string }[];
}

/** The states of all rollouts, by ID. */
async function shown(): Promise<Readonly<Record<string, string>>> {
  const { rollouts } = objectOf(await type('fleet', 'rollouts', '--json')) as Shown;
  return Object.fromEntries(rollouts.map(({ rolloutId, state }) => [rolloutId, state]));
}

/** Begins a rollout to a tenant. No worker takes it. */
async function beginRollout(tenant: string) {
  const before = Object.keys(await shown());
  const command = begin('migrate', '--tenant', tenant);
  const id = async (): Promise<string | undefined> => Object.keys(await shown()).find((each) => !before.includes(each));
  await until(async () => (await id()) !== undefined);
  return { id: (await id()) ?? '', ...command };
}

/** As if the last heartbeat of a rollout had come then. */
const seen = (id: string, at: string): Promise<unknown> =>
  db.query(`UPDATE pgboss.job SET data = data || '{"seenAt": "${at}"}' WHERE id = '${id}'`);
const age = (id: string): Promise<unknown> => seen(id, '2026-01-01T00:00:00Z');

/** Two rollouts; the process of the first is killed. */
async function withKilled() {
  await open('elm', 'oak');
  await write(WAITING);
  const killed = await beginRollout('elm');
  const alive = await beginRollout('oak');
  killed.kill('SIGKILL');
  await killed.ended;
  return { killed: killed.id, alive };
}

test('a rollout whose process was killed is lost, and a command without an ID means the one that is running', async () => {
  const { killed, alive } = await withKilled();
  // The server may still be busy with the last heartbeat.
  await until(async () => {
    await age(killed);
    return (await shown())[killed] === 'lost';
  });
  expect(await shown()).toEqual({ [killed]: 'lost', [alive.id]: 'running' });
  const gone = `The process of rollout ${killed} no longer sends heartbeats.`;
  const withdraw = `run \`nest-migrations fleet cancel ${killed}\`.\n`;
  for (const [command, answer] of [
    ['rollouts', `│ ${killed} │ lost `],
    ['pause', `Paused rollout ${alive.id}`],
  ] as const) {
    const { code, stdout } = await type('fleet', command);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(answer) });
    expect(stdout).toContain(gone);
    expect(stdout.endsWith(withdraw)).toBe(true);
  }
  expect(await type('fleet', 'resume')).toMatchObject({ code: 0, stdout: `Rollout ${alive.id} continues.\n` });

  expect(await type('fleet', 'cancel', killed.slice(0, 13))).toMatchObject({ code: 0 });
  expect(await shown()).toEqual({ [alive.id]: 'running' });
  const held = `SELECT FROM pgboss.job WHERE data->>'rollout' = '${killed}' AND state <> 'cancelled'`;
  expect((await db.query(held)).rowCount).toBe(0);
  expect((await type('fleet', 'cancel')).stdout).toContain(`Cancelled rollout ${alive.id}`);
  expect((await alive.ended).code).toBe(1);
});

test('a rollout that was cancelled after its process was killed is never shown as running', async () => {
  const { killed, alive } = await withKilled();
  await seen(killed, '9999-01-01T00:00:00Z'); // on a slow machine, 30 seconds pass too soon
  expect(await type('fleet', 'cancel', killed)).toMatchObject({ code: 0 });
  expect(await shown()).toEqual({ [killed]: 'cancelled', [alive.id]: 'running' });
  expect((await type('fleet', 'cancel')).stdout).toContain(`Cancelled rollout ${alive.id}`);
  await alive.ended;
  expect(await type('fleet', 'cancel')).toMatchObject({ code: 1, stderr: 'error: no rollout is running\n' });
  await until(async () => {
    await age(killed);
    return !(killed in (await shown()));
  });
});

test('a command without an ID means a lost rollout if no other one is running', async () => {
  const { killed, alive } = await withKilled();
  expect(await type('fleet', 'cancel', alive.id)).toMatchObject({ code: 0 });
  await alive.ended;
  await until(async () => {
    await age(killed);
    return (await shown())[killed] === 'lost';
  });
  expect((await type('fleet', 'cancel')).stdout).toContain(`Cancelled rollout ${killed}`);
  expect(await shown()).toEqual({});
});
