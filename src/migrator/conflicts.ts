import { setTimeout as sleep } from 'node:timers/promises';
import { HistoryTableError, LockTimeoutError } from '../core/errors.js';
import type { MigrationSession } from '../core/ports.js';
import type { Dependencies } from './dependencies.js';
import type { Conflict } from './run-programs.js';

const PAUSE_MS = 250;

/** What a run meets when others migrate at the same time: without the lock, or when it was lost. */
export class Conflicts {
  private readonly met = new Set<string>();
  private waitingSince: number | undefined;

  /** @param patienceMs how long to wait for somebody who is at the same migration. */
  constructor(
    private readonly dependencies: Pick<Dependencies, 'database' | 'emit'>,
    private readonly session: MigrationSession,
    private readonly patienceMs: number,
  ) {}

  /**
   * Returns when the history is to be read again.
   *
   * @throws LockTimeoutError; HistoryTableError when it is not somebody else who keeps the row from being written.
   */
  async meet({ file, undecided }: Conflict, signal: AbortSignal | undefined): Promise<void> {
    if (undecided) return this.wait(signal);
    const { table } = this.dependencies.database;
    if (this.met.has(file)) {
      throw new HistoryTableError(
        table,
        `${file} cannot be recorded in ${table}: a unique constraint refuses its row although it is not applied. Look at the table's constraints.`,
      );
    }
    this.met.add(file);
  }

  private async wait(signal: AbortSignal | undefined): Promise<void> {
    const { database, emit } = this.dependencies;
    this.waitingSince ??= performance.now();
    const waitedMs = performance.now() - this.waitingSince;
    if (waitedMs >= this.patienceMs)
      throw new LockTimeoutError(waitedMs, await this.session.lockHolder(), database.table);
    emit({ type: 'waiting-for-lock', waitedMs: Math.round(waitedMs) });
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
  }
}
