import { finding } from '../../core/errors/finding.js';
import { turnOf, type TurnHolder } from '../../core/errors/lock-errors.js';
import type { ExecutionListener, Outcome } from '../../core/ports/ports.js';

/** How often a waiting migration checks who has the turn. A session that sends nothing for longer counts as silent. */
const CHECK_INTERVAL_MS = 5_000;
/** How long one migration must have had the turn before those that wait for it report that. */
const WARN_AFTER_MS = 10_000;

/** One wait for the turn. Its timeout restarts when another migration gets the turn, because then nothing is stuck. */
export class TurnWait {
  private readonly startedAt = performance.now();
  private heldSince = this.startedAt;
  private nextCheckAt: number;
  private hasWarned = false;
  private holder: TurnHolder | undefined;
  private wasOwn = false;

  constructor(
    private readonly listener: Pick<ExecutionListener, 'warning'>,
    private readonly file: string,
    private readonly timeoutMs: number,
  ) {
    this.nextCheckAt = this.startedAt + Math.min(CHECK_INTERVAL_MS, timeoutMs);
  }

  get msUntilCheck(): number {
    return Math.max(0, this.nextCheckAt - performance.now());
  }

  /**
   * @param holder undefined if the turn was given up in the meantime.
   * @param isOwn true if this process has the turn: then it is not stuck, however long that takes.
   * @returns the outcome if it has waited too long. One check is not enough for that, even if the timeout is 0: a
   *   migration of this process may have the turn before it knows.
   */
  check(holder: TurnHolder | undefined, isOwn: boolean): Outcome | undefined {
    const now = performance.now();
    const isKept = holder !== undefined && isOwn === this.wasOwn && isSame(holder, this.holder);
    if (!isKept) this.heldSince = now;
    this.holder = holder;
    this.wasOwn = isOwn;
    const heldMs = now - this.heldSince;
    if (isKept && !isOwn && heldMs >= this.timeoutMs)
      return { kind: 'overdue', file: this.file, waitedMs: now - this.startedAt, holder };
    if (holder && heldMs >= WARN_AFTER_MS) this.warn(holder);
    this.nextCheckAt = now + Math.min(CHECK_INTERVAL_MS, isOwn ? this.timeoutMs : this.timeoutMs - heldMs);
    return undefined;
  }

  private warn(holder: TurnHolder): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    this.listener.warning(finding('TURN_AWAITED', { subject: this.file, detail: turnOf(holder) }));
  }
}

function isSame(holder: TurnHolder, former: TurnHolder | undefined): boolean {
  return holder.pid === former?.pid && holder.running === former.running && holder.isNext === former.isNext;
}
