import { haveSameRows, type History } from '../../core/history/history.js';
import { RememberedRows } from '../../core/history/remembered-rows.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { HistoryStore } from '../../core/ports/ports.js';
import { planRun, type Plan } from '../../core/status/plan.js';
import type { DriftPolicy } from '../../core/status/policy.js';
import { filesWithin, limitPlan, type RunLimit } from '../../core/status/run-limit.js';
import { isApplied, type MigrationStatus } from '../../core/status/status.js';
import type { RunFiles } from './run-files.js';
import type { RunReport } from './run-report.js';

/** Up to this number, rows cost the server less than their fingerprint and fit in its first packets. */
const FEW_ROWS = 50;

/** What a run would do, and the history that this is based on. */
export interface Planned {
  readonly plan: Plan & { readonly statuses: readonly MigrationStatus[] };
  readonly history: History;
  /** The applied migrations. */
  readonly applied: readonly string[];
}

/** What there is to do, and the history that this is based on. */
export interface PlannedRun {
  readonly plan: Plan;
  readonly history: History;
  /** Installs what this read found missing. @default checks first */
  readonly install?: HistoryStore['install'] | undefined;
}

/** Plans a run at each read of the history, but recomputes the plan only if the history has changed. */
export class Planning {
  private readonly rows = new RememberedRows();
  private last: Planned | undefined;

  /** @param target for messages. */
  constructor(
    readonly files: RunFiles,
    private readonly policy: DriftPolicy,
    private readonly target: string,
  ) {}

  /**
   * The plan for a history that may be outdated; undefined if that shows nothing to run, or a reason to refuse it.
   *
   * @throws DirectoryError
   */
  async expect(history: History): Promise<Planned['plan'] | undefined> {
    const plan = planRun(await this.files.set(), history, this.policy, this.target);
    return plan.toRun.length > 0 && plan.refusals.length === 0 ? plan : undefined;
  }

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

/** Keeps a run within its limit. */
export class Limiter {
  /** The files that the run may apply, once the history has been read; undefined without a limit. */
  private within: ReadonlySet<string> | undefined;
  private isKnown = false;

  constructor(private readonly given: RunLimit) {}

  /** The files that a limit allows are determined once: another process may apply some while this one waits. */
  limit(plan: Planned['plan'], set: MigrationSet, report: Pick<RunReport, 'left'>): Plan {
    if (!this.isKnown) this.within = filesWithin(this.given, set, plan);
    this.isKnown = true;
    const { within } = this;
    if (!within) return plan;
    report.left = plan.toRun.flatMap(({ file }) => (within.has(file) ? [] : [file]));
    return limitPlan(plan, within);
  }
}
