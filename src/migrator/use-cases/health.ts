import type { History, HistoryRow } from '../../core/history/history.js';
import { RememberedRows } from '../../core/history/remembered-rows.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import { assessHealth, type MigrationHealth } from '../../core/status/health.js';
import { joinStatuses } from '../../core/status/status.js';
import type { MigratorParts } from '../run/parts.js';

/** Health checks of one target. Each is one query, and costs next to nothing while nothing has changed. */
export class HealthCheck {
  private readonly rows = new RememberedRows();
  private last: { readonly set: MigrationSet; readonly history: History; readonly health: MigrationHealth } | undefined;

  /** @throws DirectoryError, DatabaseConnectionError */
  async check({
    source,
    reader,
    policy,
  }: Pick<MigratorParts, 'source' | 'reader' | 'policy'>): Promise<MigrationHealth> {
    const set = await source.refresh();
    const history = await this.rows.read(set, (known) => reader.read(known));
    if (this.last?.set === set && haveSameRows(this.last.history, history)) return this.last.health;
    const health = assessHealth(joinStatuses(set, history), policy);
    this.last = { set, history, health };
    return health;
  }
}

/** Rows that are remembered are the same objects. Usually only a few are not. */
function haveSameRows({ rows: before }: History, { rows }: History): boolean {
  if (rows === before) return true;
  return rows.length === before.length && rows.every((row, i) => row === before[i] || isSame(row, before[i]));
}

function isSame(row: HistoryRow, other: HistoryRow | undefined): boolean {
  return JSON.stringify(row) === JSON.stringify(other);
}
