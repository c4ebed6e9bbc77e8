import { HistoryTableError } from '../../core/errors/database-errors.js';
import { LockTimeoutError } from '../../core/errors/lock-errors.js';
import type { History, HistoryRow } from '../../core/history/history.js';
import type { Outcome, TargetSession } from '../../core/ports/ports.js';
import { Backoff } from '../../timing/backoff.js';
import type { LockWait } from './acquire-lock.js';
import { throwIfInterrupted } from './interruption.js';

/** Another process runs the same migration or has recorded it. */
export type Conflict = Extract<Outcome, { kind: 'conflict' }>;

/** How long to poll for the outcome of a transaction that is not visible, before trying the migration again. */
const UNSEEN_MS = 5_000;

/** Handles other processes that migrate at the same time: without the lock, or after it was lost. */
export class Conflicts {
  private readonly seen = new Set<string>();
  private waiting: { readonly file: string; readonly since: number } | undefined;

  constructor(
    private readonly session: TargetSession,
    private readonly wait: LockWait,
  ) {}

  /**
   * Returns when it is worth trying again with a fresh read of the history.
   *
   * @param known the history on which the run was based.
   * @throws LockTimeoutError; HistoryTableError when the row cannot be written although no other process holds it.
   */
  async handle({ file, undecided }: Conflict, known: History): Promise<void> {
    const dead = rowOf(known, file)?.runId;
    const isBusy = (row: HistoryRow | undefined): boolean => row?.state === 'running' && row.runId !== dead;
    if (undecided) return this.waitWhile(file, (row) => row?.state !== 'applied', UNSEEN_MS);
    const row = rowOf(await this.session.history.read(), file);
    if (isBusy(row)) return this.waitWhile(file, isBusy, Number.POSITIVE_INFINITY);
    if (row?.state === 'applied') return;
    const { target } = this.wait;
    if (this.seen.has(file)) {
      throw new HistoryTableError(
        target,
        `${file} cannot be recorded in ${target}: a unique constraint refuses its row although it is not applied. Check the table's constraints.`,
      );
    }
    this.seen.add(file);
  }

  /** Waits while the row of a file is in a transient state, for `maxMs` at most. */
  private async waitWhile(file: string, busy: (row: HistoryRow | undefined) => boolean, maxMs: number): Promise<void> {
    const { session, wait } = this;
    if (this.waiting?.file !== file) this.waiting = { file, since: performance.now() };
    const { since } = this.waiting;
    const waited = (): number => performance.now() - since;
    const until = performance.now() + maxMs;
    const backoff = new Backoff();
    wait.onWaiting(Math.round(waited()), Math.max(0, Math.round(wait.timeoutMs - waited())), undefined);
    while (busy(rowOf(await session.history.read(), file)) && performance.now() < until) {
      if (waited() >= wait.timeoutMs)
        throw new LockTimeoutError(waited(), await session.lock.holder(), wait.target, wait.applied);
      await backoff.pause(wait.signal);
      throwIfInterrupted(wait.signal, wait.applied);
    }
  }
}

function rowOf({ rows }: History, file: string): HistoryRow | undefined {
  return rows.find((row) => row.file === file);
}
