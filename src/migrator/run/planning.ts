import { haveSameRows, type History } from '../../core/history/history.js';
import { RememberedRows } from '../../core/history/remembered-rows.js';
import type { HistoryStore } from '../../core/ports/ports.js';
import { planRun, type Plan } from '../../core/status/plan.js';
import type { DriftPolicy } from '../../core/status/policy.js';
import { isApplied, type MigrationStatus } from '../../core/status/status.js';
import type { FilesOfRun } from './files-of-run.js';

/** So many rows cost the server less than their fingerprint, and fit into the first packets of its answer. */
const FEW_ROWS = 50;

/** What a run would do, and the history that says so. */
export interface Planned {
  readonly plan: Plan & { readonly statuses: readonly MigrationStatus[] };
  readonly history: History;
  /** The applied migrations. */
  readonly applied: readonly string[];
}

/** Plans a run at each read of the history; again only if the history has changed since the read before. */
export class Planning {
  private readonly rows = new RememberedRows();
  private last: Planned | undefined;

  /** @param target for messages. */
  constructor(
    readonly files: FilesOfRun,
    private readonly policy: DriftPolicy,
    private readonly target: string,
  ) {}

  /** @throws DirectoryError, HistoryTableError, MigrationError */
  async read(store: Pick<HistoryStore, 'read'>): Promise<Planned> {
    const { files, last } = this;
    const history = await (files.count > FEW_ROWS
      ? this.rows.read(files.set(), (known) => store.read(known))
      : store.read());
    if (last && haveSameRows(last.history, history)) return last;
    const plan = planRun(await files.set(), history, this.policy, this.target);
    const applied = plan.statuses.filter(({ state }) => isApplied(state)).map(({ file }) => file);
    return (this.last = { plan, history, applied });
  }
}
