import type { Finding } from '../errors/finding.js';
import { UnknownMigrationError } from '../errors/input-errors.js';
import type { MigrationSet } from '../migration/migration-set.js';
import type { ConfigurationProblem } from '../problems/configuration-problem.js';
import { lastUpTo } from './last-up-to.js';
import type { Plan } from './plan.js';
import { isApplied, type MigrationStatus } from './status.js';

/** How many of the pending migrations a run applies. */
export interface RunLimit {
  /** The last migration that it applies: a file name or a version. Everything pending before it is applied too. @default the newest */
  readonly to?: string | undefined;
  /** The maximum number of migrations to apply. @default all of them */
  readonly step?: number | undefined;
}

/** The problems of a limit. @param given the step as messages show it. */
export function limitProblems({ to, step }: RunLimit, given = String(step)): ConfigurationProblem[] {
  if (step === undefined) return [];
  const problems: ConfigurationProblem[] = [];
  if (!Number.isSafeInteger(step) || step <= 0)
    problems.push({ option: 'step', code: 'invalid', given, detail: `${given} is not a whole number above 0` });
  if (to !== undefined) problems.push({ option: 'step', code: 'exclusive', others: [{ option: 'to' }] });
  return problems;
}

/**
 * The files that a run with this limit may apply, given the history when it began; undefined without a limit.
 *
 * @throws UnknownMigrationError if there is no such migration, or if it is already applied.
 */
export function filesWithin(
  { to, step }: RunLimit,
  set: MigrationSet,
  { toRun, statuses }: Plan & { readonly statuses: readonly MigrationStatus[] },
): ReadonlySet<string> | undefined {
  if (to === undefined && step === undefined) return undefined;
  const files = toRun.map(({ file }) => file);
  const start = toRun.flatMap(({ file, covers }) => (covers ? [file] : []));
  if (to === undefined) return new Set(files.slice(0, step));
  const upTo = set.migrations.slice(0, lastUpTo(set, to) + 1).map(({ file }) => file);
  const last = upTo.at(-1);
  if (statuses.some(({ file, state }) => file === last && isApplied(state)))
    throw new UnknownMigrationError(`${last} is already applied, so nothing can be applied up to it.`);
  const isWithin = new Set([...upTo, ...start]);
  return new Set(files.filter((file) => isWithin.has(file)));
}

/** A plan within a limit. Whatever makes a full run refused also makes a limited run refused. */
export function limitPlan(plan: Plan, within: ReadonlySet<string>): Plan {
  const isAboutOther = ({ code, subject }: Finding): boolean => code === 'RUNS_OUT_OF_ORDER' && !within.has(subject);
  return {
    ...plan,
    toRun: plan.toRun.filter(({ file }) => within.has(file)),
    warnings: plan.warnings.filter((each) => !isAboutOther(each)),
  };
}
