import { leftoversOf } from '../test/support/server/find-leftovers.js';
import type { ArmedServer } from './armed-server.js';
import { followUp } from './follow-up.js';
import type { MigratingProcess } from './migrating-process.js';
import { compareOutcomes, readOutcome } from './outcome.js';
import type { RoundPlan } from './plan.js';
import { runAndStrike } from './struck-run.js';

const LEFTOVERS_MS = 10_000;

export interface RoundResult {
  readonly plan: RoundPlan;
  /** How the runner ended: `applied`, `killed`, or the code of its error. */
  readonly end: string;
  /** From the fault to the runner's end, in ms. */
  readonly runnerMs: number;
  /** How many migrations were left for the run that follows. */
  readonly left: number;
  readonly followUpMs: number;
  /** What is wrong; empty when nothing is. */
  readonly problems: readonly string[];
}

/** Runs, strikes, runs again, and compares with a run that nobody disturbed. */
export async function playRound(armed: ArmedServer, runner: MigratingProcess, plan: RoundPlan): Promise<RoundResult> {
  const name = `round_${plan.number}`;
  const connectionString = await armed.createDatabase(name);
  const struck = await runAndStrike(armed, runner, plan, name);

  const followUpAt = Date.now();
  const next = await followUp(connectionString, armed.migrations);
  const followUpMs = Date.now() - followUpAt;
  await struck.release();
  const left = next.applied.length;
  const problems = [
    ...struck.problems,
    ...next.problems,
    ...(struck.end === 'applied' && left > 0 ? [`the runner said that all was applied, and ${left} were left`] : []),
    ...(await leftoversOf(connectionString, { patienceMs: LEFTOVERS_MS })),
    ...compareOutcomes(await readOutcome(connectionString), armed.expected),
  ];
  if (problems.length === 0) await armed.dropDatabase(name);
  return { plan, end: struck.end, runnerMs: struck.ms, left, followUpMs, problems };
}
