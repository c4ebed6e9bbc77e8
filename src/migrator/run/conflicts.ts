import { setTimeout as sleep } from 'node:timers/promises';
import { HistoryTableError, LockTimeoutError } from '../../core/errors/errors.js';
import type { History, HistoryRow } from '../../core/status/history.js';
import type { MigrationSession } from '../../core/ports/ports.js';
import type { Dependencies } from './dependencies.js';
import { throwIfInterrupted } from './interruption.js';
import type { Conflict } from './run-programs.js';

const POLL_MS = 250;
/** How long to look for what becomes of a transaction that cannot be seen, before it is tried whether it has ended. */
const UNSEEN_MS = 5_000;

/** What a run meets when others migrate at the same time: without the lock, or when it was lost. */
export class Conflicts {
  private readonly met = new Set<string>();
  private waiting: { readonly file: string; readonly since: number } | undefined;

  /** @param patienceMs how long to wait for somebody who is at the same migration. */
  constructor(
    private readonly dependencies: Pick<Dependencies, 'database' | 'emit'>,
    private readonly session: MigrationSession,
    private readonly patienceMs: number,
    /** What the run has applied so far, for errors. */
    private readonly applied: () => readonly string[],
  ) {}

  /**
   * Returns when it is worth trying again, with the history read anew.
   *
   * @param known the history that the run went by.
   * @throws LockTimeoutError; HistoryTableError when it is nobody else who keeps the row from being written.
   */
  async meet({ file, undecided }: Conflict, known: History, signal: AbortSignal | undefined): Promise<void> {
    const dead = rowOf(known, file)?.runId;
    const busy = (row: HistoryRow | undefined): boolean => row?.state === 'running' && row.runId !== dead;
    if (undecided) return this.wait(file, (row) => row?.state !== 'applied', UNSEEN_MS, signal);
    const row = rowOf(await this.session.read(), file);
    if (busy(row)) return this.wait(file, busy, Number.POSITIVE_INFINITY, signal);
    if (row?.state === 'applied') return;
    const { table } = this.dependencies.database;
    if (this.met.has(file)) {
      throw new HistoryTableError(
        table,
        `${file} cannot be recorded in ${table}: a unique constraint refuses its row although it is not applied. Look at the table's constraints.`,
      );
    }
    this.met.add(file);
  }

  /** Waits while the row of a file is as it should not stay, for so many ms at most. */
  private async wait(
    file: string,
    isSo: (row: HistoryRow | undefined) => boolean,
    mostMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { database, emit } = this.dependencies;
    if (this.waiting?.file !== file) this.waiting = { file, since: performance.now() };
    const waitedMs = (): number => performance.now() - (this.waiting?.since ?? 0);
    const until = performance.now() + mostMs;
    emit({ type: 'waiting-for-lock', waitedMs: Math.round(waitedMs()) });
    while (isSo(rowOf(await this.session.read(), file)) && performance.now() < until) {
      if (waitedMs() >= this.patienceMs)
        throw new LockTimeoutError(waitedMs(), await this.session.lockHolder(), database.table, this.applied());
      await sleep(POLL_MS, undefined, { signal }).catch(() => throwIfInterrupted(signal));
    }
  }
}

function rowOf({ rows }: History, file: string): HistoryRow | undefined {
  return rows.find((row) => row.file === file);
}
