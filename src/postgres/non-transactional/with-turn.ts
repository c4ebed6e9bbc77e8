import { finding } from '../../core/errors/finding.js';
import type { Outcome } from '../../core/ports/ports.js';
import { Backoff } from '../../timing/backoff.js';
import { isInterrupted, type ExecutionContext } from '../execution/execution-context.js';
import type { QueuePlace } from '../lock/turn-queue.js';
import type { Turn } from '../lock/turn.js';
import { TurnWait } from './turn-wait.js';

/** How long a migration that is not first in its process waits at least before it asks again who has the turn. */
const SHORTEST_PAUSE_MS = 250;

/** Runs a non-transactional migration when no other one of a fleet is running in the database. @throws MigrationError */
export async function withTurn(
  context: ExecutionContext,
  file: string,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const { turns, lock } = context;
  const turn = turns && (await lock.turn());
  if (!turn) return work();
  const place = turns.queue.join();
  try {
    const wait = new TurnWait(context.listener, file, turns.timeoutMs);
    return (await waitFor(turn, place, wait, context)) ?? (await work());
  } finally {
    const wasKept = await turn.release();
    place.leave();
    if (!wasKept) context.listener.warning(finding('TURN_LOST', { subject: file }));
  }
}

/** @returns undefined once it has the turn, otherwise why it stopped waiting. */
async function waitFor(
  turn: Turn,
  place: QueuePlace,
  wait: TurnWait,
  context: ExecutionContext,
): Promise<Outcome | undefined> {
  const { signal } = context.settings;
  const backoff = new Backoff();
  for (;;) {
    if (isInterrupted(context)) return { kind: 'interrupted' };
    if (place.isFirst() && (await turn.tryTake())) {
      place.tookTurn();
      return undefined;
    }
    const overdue = wait.msUntilCheck > 0 ? undefined : await checkHolder(turn, place, wait);
    if (overdue) return overdue;
    const pauseMs = Math.max(SHORTEST_PAUSE_MS, wait.msUntilCheck);
    await (place.isFirst() ? backoff.pause(signal) : place.untilFirst(pauseMs, signal));
  }
}

async function checkHolder(turn: Turn, place: QueuePlace, wait: TurnWait): Promise<Outcome | undefined> {
  // The turn may change hands while the server answers.
  const wasOurs = place.isTurnOurs();
  const holder = await turn.holder();
  return wait.check(holder, wasOurs || place.isTurnOurs());
}
