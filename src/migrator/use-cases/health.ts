import { haveSameRows, type History } from '../../core/history/history.js';
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
