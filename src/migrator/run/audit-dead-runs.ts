import type { History } from '../../core/history/history.js';
import type { HistoryStore } from '../../core/ports/ports.js';

/**
 * Adds the audit entries of killed runs. While we hold the lock, any row in state `running` was left by such a run.
 *
 * @param runId the current run
 */
export async function auditDeadRuns(store: HistoryStore, { rows }: History, runId: string): Promise<void> {
  const dead = new Set(rows.flatMap((row) => (row.state === 'running' && row.runId !== null ? [row.runId] : [])));
  dead.delete(runId);
  for (const each of dead) await store.auditDeadRun(each);
}
