import type { Task } from '../../../core/compile/task.js';
import { ConfigurationError } from '../../../core/errors/input-errors.js';
import type { Finding } from '../../../core/errors/finding.js';
import { lintFileOf } from '../../../core/lint/model/parsed-file.js';
import type { PlannedLock } from '../../../core/lint/planned-locks.js';
import { nonTransactionalText } from '../../../core/problems/non-transactional-reason.js';
import { filesWithin, limitPlan, limitProblems, type RunLimit } from '../../../core/status/run-limit.js';
import { startingBy } from '../../../core/status/checkpoints.js';
import { planRun } from '../../../core/status/plan.js';
import { defaultSchemaOf } from '../../../core/target/target.js';
import { compilePlan } from '../../run/compile-tasks.js';
import type { MigratorParts } from '../../run/parts.js';

/** What a plan contains. */
export interface PlanOptions extends RunLimit {
  /**
   * Which tables are locked, and how large they are. Parses each pending migration, and queries the catalog once.
   * @default true
   */
  locks?: boolean;
  /**
   * The exact SQL of each migration, including placeholder values and any password in the file.
   * @default false
   */
  sql?: boolean;
}

/** One migration that a run would execute. */
export interface PlannedMigration {
  readonly file: string;
  /** In one transaction with its history row, or statement by statement. */
  readonly mode: 'transactional' | 'non-transactional';
  /** Why it cannot run in a transaction; null if it can. */
  readonly reason: string | null;
  /**
   * The strongest lock on each table, index or view that exists before the run, as far as the SQL shows: not those that
   * functions, cascades or partitions add. Null if the parser cannot read the file. Absent without the option `locks`.
   */
  readonly locks?: readonly PlannedLock[] | null;
  /** A script for `psql`, without the writes to the history. Absent without the option `sql`. */
  readonly sql?: string;
}

/** What a run would do now. */
export interface PlanReport {
  readonly migrations: readonly PlannedMigration[];
  readonly warnings: readonly Finding[];
  /**
   * Why a run would be refused; `migrations` is then empty. Only a run detects what a pooler does not support.
   */
  readonly refusals: readonly Finding[];
}

/** Returns what a run would do now, and why it would be refused. Never locks, creates or writes. */
export async function plan(parts: MigratorParts, options: PlanOptions = {}): Promise<PlanReport> {
  const { source, reader, database, policy } = parts;
  const problems = limitProblems(options);
  if (problems.length > 0) throw new ConfigurationError('INVALID_OPTIONS', problems);
  const set = startingBy(await source.read(), options.to);
  const all = planRun(set, await reader.read(), policy, database.target.name);
  const within = filesWithin(options, set, all);
  const made = within ? limitPlan(all, within) : all;
  const { tasks, refusals: found } = await compilePlan(made, parts);
  const refusals = [...((await parts.refusals?.()) ?? []), ...found];
  const migrations = refusals.length > 0 ? [] : await describe(tasks, parts, options);
  return { migrations, warnings: made.warnings, refusals };
}

async function describe(
  tasks: readonly Task[],
  parts: MigratorParts,
  { locks: areLocksWanted = true, sql = false }: PlanOptions,
): Promise<PlannedMigration[]> {
  const locks = areLocksWanted && tasks.length > 0 ? await readLocks(tasks, parts) : undefined;
  return tasks.map((task) => {
    const { kind: mode, migration, ...program } = task.program;
    return {
      file: migration.file,
      mode,
      reason: 'why' in program ? nonTransactionalText(program.why.reason, program.why.value) : null,
      ...(locks && { locks: locks.get(migration.file) ?? null }),
      ...(sql && { sql: parts.database.scriptOf(task) }),
    };
  });
}

/** This is the only place that loads the code that reads locks from syntax trees. */
async function readLocks(
  tasks: readonly Task[],
  { parse, tables, database }: MigratorParts,
): Promise<ReadonlyMap<string, readonly PlannedLock[]>> {
  const { plannedLocks } = await import('../../../core/lint/planned-locks.js');
  return plannedLocks(tasks.map(lintFileOf), { parse, tables }, defaultSchemaOf(database.target));
}
