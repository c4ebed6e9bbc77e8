import { finding } from '../../core/errors/finding.js';
import { turnOf, type TurnHolder } from '../../core/errors/lock-errors.js';
import type { Outcome } from '../../core/ports/ports.js';
import { Backoff } from '../../timing/backoff.js';
import { isInterrupted, type ExecutionContext } from '../execution/execution-context.js';
import type { Turn } from '../lock/turn.js';

/** How often to check who has the turn. */
const LOOK_MS = 10_000;

/** Runs a non-transactional migration when no other one of a fleet is running in the database. @throws MigrationError */
export async function inTurn(context: ExecutionContext, file: string, work: () => Promise<Outcome>): Promise<Outcome> {
  const { turns, lock } = context;
  const turn = turns && (await lock.turn());
  if (!turn) return work();
  return turns.inLine(async () => {
    try {
      return (await waitFor(turn, context, file)) ?? (await work());
    } finally {
      await turn.release();
    }
  });
}

/** @returns undefined once it has the turn, otherwise why it stopped waiting. */
async function waitFor(turn: Turn, context: ExecutionContext, file: string): Promise<Outcome | undefined> {
  const { settings, turns } = context;
  const wait = new Wait(context, file, turns?.timeoutMs ?? 0);
  const backoff = new Backoff();
  for (;;) {
    if (isInterrupted(context)) return { kind: 'interrupted' };
    if (await turn.tryTake()) return undefined;
    const overdue = wait.isTimeToLook ? wait.judge(await turn.holder()) : undefined;
    if (overdue) return overdue;
    await backoff.pause(settings.signal);
  }
}

function isSame(holder: TurnHolder, former: TurnHolder | undefined): boolean {
  return holder.pid === former?.pid && holder.running === former.running && holder.isNext === former.isNext;
}

/** One wait. Its timeout restarts when another migration gets the turn, because then nothing is stuck. */
class Wait {
  private readonly startedAt = performance.now();
  private since = this.startedAt;
  private nextLookAt = this.startedAt;
  private hasWarned = false;
  private holder: TurnHolder | undefined;

  constructor(
    private readonly context: Pick<ExecutionContext, 'listener'>,
    private readonly file: string,
    private readonly timeoutMs: number,
  ) {}

  get isTimeToLook(): boolean {
    return performance.now() >= this.nextLookAt;
  }

  /** @param holder undefined if the turn was given up in the meantime. @returns the outcome if it has waited too long. */
  judge(holder: TurnHolder | undefined): Outcome | undefined {
    const now = performance.now();
    if (!holder || !isSame(holder, this.holder)) {
      this.holder = holder;
      this.since = now;
    } else if (now - this.since >= this.timeoutMs) {
      return { kind: 'overdue', file: this.file, waitedMs: now - this.startedAt, holder };
    }
    if (holder && now - this.startedAt >= LOOK_MS) this.warn(holder);
    this.nextLookAt = Math.min(now + LOOK_MS, this.since + this.timeoutMs);
    return undefined;
  }

  private warn(holder: TurnHolder): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    this.context.listener.warning(finding('TURN_AWAITED', { subject: this.file, detail: turnOf(holder) }));
  }
}
