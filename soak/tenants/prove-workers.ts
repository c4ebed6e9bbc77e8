import type { EmbeddedServer } from '../../src/testing/embedded/server.js';
import { type Disturbances, endOf } from './disturbed-rollouts.js';
import { DisturbedWorkers } from './disturbed-workers.js';
import { type ExpectedResults, isApplied, isBroken, isBrokenAtSecond, isUntouched } from './expected-results.js';
import { judgeDatabase } from './judge-database.js';
import { judgeReport, since } from './judge-reports.js';
import { type Errand, type RolloutEnd, RolloutProcess } from './rollout-process.js';
import { BLOCKED, FAILING, type SchoolDatabase, type TenantRow } from './school-database.js';
import { withSchools } from './with-schools.js';

export interface WorkersReport extends Omit<Disturbances, 'seed'> {
  /** Runs of tenants that were in progress when their worker was killed. */
  readonly cut: number;
  /** Runs of tenants that began, in all workers. */
  readonly runs: number;
  readonly ms: number;
  /** What is wrong; empty when nothing is. */
  readonly problems: readonly string[];
}

/** A rollout, and the history before and after it. */
interface Stage {
  readonly name: string;
  readonly end: RolloutEnd;
  readonly before: readonly TenantRow[];
  readonly after: readonly TenantRow[];
  readonly expected: ExpectedResults;
}

/**
 * Workers migrate all tenants of a database for one rollout over pg-boss. Some are killed, and the server is killed once
 * and restarted once. One tenant always fails, and one waits for a lock. Then another rollout finishes what is left, and
 * a third one finds nothing to do.
 */
export async function proveWorkers(server: EmbeddedServer, options: Disturbances): Promise<WorkersReport> {
  const startedAt = performance.now();
  return withSchools(server, options.tenants, async (database, optionsOf) => {
    const start = (errand: Errand['errand'], stopAfter: number | '100%'): RolloutProcess =>
      new RolloutProcess({ errand, isOverPgBoss: true, options: optionsOf(stopAfter) });
    const workers = new DisturbedWorkers(server, () => start('work', '100%'), options);
    const stages = await workers.during(() => rollOut(database, (stopAfter) => endOf(start('migrate', stopAfter))));
    const { tenants, processes, kills } = options;
    return {
      tenants,
      processes,
      kills,
      cut: workers.ends.filter(({ isKilled }) => isKilled).reduce((sum, end) => sum + end.cut, 0),
      runs: workers.runs,
      ms: Math.round(performance.now() - startedAt),
      problems: await judgeAll(database, stages, workers.ends),
    };
  });
}

async function rollOut(
  database: SchoolDatabase,
  migrate: (stopAfter: number | '100%') => Promise<RolloutEnd>,
): Promise<readonly Stage[]> {
  const stages: Stage[] = [];
  const stage = async (name: string, stopAfter: number | '100%', expected: ExpectedResults): Promise<void> => {
    const before = stages.at(-1)?.after ?? [];
    const end = await migrate(stopAfter);
    stages.push({ name, end, before, after: await database.history(), expected });
  };
  await stage('the disturbed rollout', '100%', (tenant) =>
    tenant === FAILING || tenant === BLOCKED ? isBrokenAtSecond : isApplied,
  );
  await database.release();
  await stage('the next rollout', 2, (tenant) =>
    tenant === FAILING ? isBroken : tenant === BLOCKED ? isApplied : isUntouched,
  );
  await stage('the last rollout', 1, (tenant) => (tenant === FAILING ? isBroken : isUntouched));
  return stages;
}

async function judgeAll(
  database: SchoolDatabase,
  stages: readonly Stage[],
  workers: readonly RolloutEnd[],
): Promise<string[]> {
  const all = [...workers, ...stages.map(({ end }) => end)];
  const stoppedBy = stages.at(-1)?.end.report?.stoppedBy;
  return [
    ...all.filter(({ stderr }) => stderr !== '').map(({ stderr }) => `a process wrote ${stderr}`),
    ...workers.filter((end) => !endedInOrder(end)).map(({ exit }) => `a worker ended with ${exit}`),
    ...stages.flatMap(({ name, end, before, after, expected }) => {
      const { report, exit, notBegun } = end;
      if (!report) return [`${name} ended without a report: ${notBegun ?? exit}`];
      return judgeReport(report, database.tenants, expected, since(before, after)).map((each) => `${name}: ${each}`);
    }),
    ...(stoppedBy === 'failures' ? [] : [`the last rollout was stopped by ${stoppedBy}`]),
    ...(await database.unfinishedJobs()).map((job) => `the queue still has ${job}`),
    ...judgeDeadLetters(await database.deadLetters()),
    ...(await judgeDatabase(
      database,
      FAILING,
      all.flatMap(({ runIds }) => runIds),
    )),
  ];
}

/** It was killed, was asked to end, or could not begin while the server was down. */
function endedInOrder({ isKilled, notBegun, exit }: RolloutEnd): boolean {
  return isKilled || exit === 'SIGTERM' || notBegun !== undefined;
}

/** Each rollout gave up once on each tenant that could not be migrated. */
function judgeDeadLetters(tenants: readonly string[]): string[] {
  const expected = [FAILING, FAILING, FAILING, BLOCKED];
  return tenants.join() === expected.join() ? [] : [`the dead letters are for ${tenants.join()}`];
}
