import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bossFleet } from './boss-fleet.mjs';

const WORKERS = 4;
const WORKER = fileURLToPath(new URL('boss-worker.child.mjs', import.meta.url));
const workers = [];

/** A rollout over pg-boss, with worker processes that are connected to the queue already. */
export async function load(job) {
  for (let i = 0; i < WORKERS; i++) workers.push(fork(WORKER));
  for (const worker of workers) worker.send(job);
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  return async () => {
    const fleet = await bossFleet(job);
    await fleet.migrate();
    await fleet.close();
  };
}

export async function unload() {
  for (const worker of workers) worker.kill();
  await Promise.all(workers.map((worker) => worker.exitCode ?? worker.signalCode ?? once(worker, 'exit')));
}
