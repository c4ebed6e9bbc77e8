import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is so, looking every 20 ms. @throws Error after `patienceMs`. */
export async function until(isSo: () => boolean | Promise<boolean>, patienceMs = 30_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`it was still not so after ${patienceMs} ms: ${String(isSo)}`);
    await sleep(20);
  }
}
