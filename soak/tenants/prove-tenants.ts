import type { EmbeddedServer } from '../../src/testing/embedded/server.js';
import { type Disturbances, DisturbedRollouts, endOf } from './disturbed-rollouts.js';
import {
  type ExpectedResults,
  isBroken,
  isBrokenOrLost,
  isDone,
  isDoneOrLost,
  isLost,
  isUntouched,
} from './expected-results.js';
import { judgeDatabase } from './judge-database.js';
import { byRun, judgeReport } from './judge-reports.js';
import { type RolloutEnd, RolloutProcess } from './rollout-process.js';
import { BLOCKED, FAILING, type SchoolDatabase } from './school-database.js';
import { withSchools } from './with-schools.js';

export interface TenantsReport extends Omit<Disturbances, 'seed'> {
  /** Runs of tenants that were in progress when their process was killed. */
  readonly cut: number;
  /** Runs of tenants that failed because the server went away. */
  readonly lost: number;
  readonly ms: number;
  /** What is wrong; empty when nothing is. */
  readonly problems: readonly string[];
}

/**
 * Several processes migrate all tenants of a database at the same time. Some are killed, and the server is killed once and
 * restarted once. One tenant always fails, and one waits for a lock. Then one process finishes what is left, and another
 * one finds nothing to do.
 */
export async function proveTenants(server: EmbeddedServer, options: Disturbances): Promise<TenantsReport> {
  const startedAt = performance.now();
  return withSchools(server, options.tenants, async (database, optionsOf) => {
    const start = (stopAfter: number | '100%'): RolloutProcess =>
      new RolloutProcess({ errand: 'migrate', isOverPgBoss: false, options: optionsOf(stopAfter) });
    const disturbed = await new DisturbedRollouts(server, () => start('100%'), options).run();
    const blockedFiles = (await database.history()).filter(({ tenant, isApplied }) => tenant === BLOCKED && isApplied);
    await database.release();
    const last = await endOf(start(2));
    const again = await endOf(start(1));
    const { tenants, processes, kills } = options;
    return {
      tenants,
      processes,
      kills,
      cut: disturbed.filter(({ isKilled }) => isKilled).reduce((sum, end) => sum + end.cut, 0),
      lost: disturbed.flatMap(({ report }) => report?.tenants ?? []).filter(isLost).length,
      ms: Math.round(performance.now() - startedAt),
      problems: [
        ...(blockedFiles.length === 1 ? [] : [`while its lock was held, ${BLOCKED} got ${blockedFiles.length} files`]),
        ...(await judgeAll(database, disturbed, last, again)),
      ],
    };
  });
}

async function judgeAll(
  database: SchoolDatabase,
  disturbed: readonly RolloutEnd[],
  last: RolloutEnd,
  again: RolloutEnd,
): Promise<string[]> {
  const history = await database.history();
  const recordedBy = byRun(history);
  const judge = ({ report }: RolloutEnd, expected: ExpectedResults): string[] =>
    report ? judgeReport(report, database.tenants, expected, recordedBy) : [];
  const all = [...disturbed, last, again];
  return [
    ...all.filter(({ stderr }) => stderr !== '').map(({ stderr }) => `a process wrote ${stderr}`),
    ...disturbed.flatMap((end) => judge(end, whileDisturbed)),
    ...all
      .filter(({ report, isKilled, notBegun }) => !report && !isKilled && notBegun === undefined)
      .map(({ exit, cut }) => `a process ended without a report: ${exit}, ${cut} runs in progress`),
    ...[last, again].flatMap(({ notBegun }) =>
      notBegun === undefined ? [] : [`a rollout did not begin: ${notBegun}`],
    ),
    ...judge(last, (tenant) => (tenant === FAILING ? isBroken : isDone)),
    ...judge(again, (tenant) => (tenant === FAILING ? isBroken : isUntouched)),
    ...(again.report?.stoppedBy === 'failures' ? [] : [`the last rollout was stopped by ${again.report?.stoppedBy}`]),
    ...(await judgeDatabase(
      database,
      FAILING,
      all.flatMap(({ runIds }) => runIds),
    )),
  ];
}

const whileDisturbed: ExpectedResults = (tenant) =>
  tenant === FAILING || tenant === BLOCKED ? isBrokenOrLost : isDoneOrLost;
