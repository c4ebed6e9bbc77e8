import { finding } from '../../core/errors/finding.js';
import type { Outcome } from '../../core/ports/ports.js';
import { Backoff } from '../../timing/backoff.js';
import { isInterrupted, type ExecutionContext } from '../execution/execution-context.js';
import type { QueuePlace } from '../lock/turn-queue.js';
import type { Turn } from '../lock/turn.js';
import { TurnWait } from './turn-wait.js';

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
    const overdue = wait.msUntilCheck > 0 ? undefined : wait.check(await turn.holder(), place.isTurnOurs());
    if (overdue) return overdue;
    await (place.isFirst() ? backoff.pause(signal) : place.untilFirst(wait.msUntilCheck, signal));
  }
}
