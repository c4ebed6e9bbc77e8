import type { Compiler } from '../../core/compile/compiler.js';
import type { Placeholders } from '../../core/compile/placeholders.js';
import { schedule, type Scheduled } from '../../core/compile/schedule.js';
import type { Task } from '../../core/compile/task.js';
import { finding, type Finding } from '../../core/errors/finding.js';
import { RefusedError } from '../../core/errors/input-errors.js';
import type { HistoryRow } from '../../core/history/history.js';
import type { Migration } from '../../core/migration/migration.js';
import type { Executor } from '../../core/ports/ports.js';
import type { Plan } from '../../core/status/plan.js';
import type { MigratorParts } from './parts.js';

/** A plan after compiling its migrations. */
interface CompiledPlan {
  readonly tasks: readonly Task[];
  /** Every reason why nothing can be run; those of the plan first. */
  readonly refusals: readonly Finding[];
}

/** Compiles every pending migration and collects every refusal, not just the first one. */
export async function compilePlan(
  { toRun, refusals }: Plan,
  { compiler, database, policy }: Pick<MigratorParts, 'compiler' | 'database' | 'policy'>,
): Promise<CompiledPlan> {
  const tasks: Task[] = [];
  const found: Finding[] = [...refusals];
  for (const { migration, row, covers } of toRun) {
    const scheduled = await compileTask(compiler, migration, row, database.target.placeholders);
    if ('refusals' in scheduled) found.push(...scheduled.refusals);
    else tasks.push({ ...scheduled.task, covers });
  }
  if (policy.transaction === 'all') found.push(...nonTransactional(tasks, 'NOT_TRANSACTIONAL'));
  if (policy.unlocked) found.push(...nonTransactional(tasks, 'UNLOCKED'));
  return { tasks, refusals: found };
}

/** Compiles a migration, and determines which part of it is still to run. */
export async function compileTask(
  compiler: Compiler,
  migration: Migration,
  row: HistoryRow | undefined,
  placeholders: Placeholders | undefined,
): Promise<Scheduled> {
  const compiled = await compiler.compile(migration, placeholders);
  return 'refusals' in compiled ? compiled : schedule(compiled.program, row);
}

function nonTransactional(tasks: readonly Task[], code: 'NOT_TRANSACTIONAL' | 'UNLOCKED'): Finding[] {
  return tasks.flatMap(({ program }) => {
    if (program.kind === 'transactional') return [];
    const { reason, value } = program.why;
    return [finding(code, { subject: program.migration.file, reason, ...(value !== undefined && { detail: value }) })];
  });
}

/** @throws RefusedError listing every refusal, and those of the session. */
export async function compileTasks(plan: Plan, parts: MigratorParts, executor: Executor): Promise<readonly Task[]> {
  const { tasks, refusals } = await compilePlan(plan, parts);
  const all = [...refusals, ...(await executor.refusals(tasks))];
  if (all.length > 0) throw new RefusedError(all);
  return tasks;
}
