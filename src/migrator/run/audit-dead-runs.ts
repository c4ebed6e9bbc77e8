import type { History } from '../../core/history/history.js';
import type { HistoryStore } from '../../core/ports/ports.js';

/**
 * Adds the entries of runs whose processes died before they could. Under the lock, a row that says "running" is theirs.
 *
 * @param runId the run that asks
 */
export async function auditDeadRuns(store: HistoryStore, { rows }: History, runId: string): Promise<void> {
  const dead = new Set(rows.flatMap((row) => (row.state === 'running' && row.runId !== null ? [row.runId] : [])));
  dead.delete(runId);
  for (const each of dead) await store.auditDeadRun(each);
}
