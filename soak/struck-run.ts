import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ArmedServer } from './armed-server.js';
import { barrierOf } from './barrier.js';
import { BreakableProxy } from './breakable-proxy.js';
import { strike } from './faults.js';
import { type Ended, MigratingProcess } from './migrating-process.js';
import type { Fault, RoundPlan } from './plan.js';

/** From a fault to the end of the runner, which is never to hang. */
const BOUND_MS = 15_000;
const TIMEOUTS = { connect: 1_000, connectRetry: 3_000, migrationLock: 60_000 };
/** How long nothing may be heard, where the line will stall. */
const SILENCE_MS = 500;

/** How a run may end that is struck and not killed. */
const EXPECTED_CODES = ['CONNECTION_LOST', 'UNREACHABLE'];

export interface StruckRun {
  /** `applied`, `killed`, or the code of its error. */
  readonly end: string;
  /** From the fault to its end. */
  readonly ms: number;
  readonly problems: readonly string[];
}

/** Runs on a database of an armed server, and strikes where the plan says. */
export async function runAndStrike(armed: ArmedServer, plan: RoundPlan, database: string): Promise<StruckRun> {
  const direct = armed.server.connectionString(database);
  const proxy = await BreakableProxy.start(direct);
  const driver = new pg.Client({ connectionString: direct, application_name: 'soak' });
  driver.on('error', () => {}); // it goes with the server
  await driver.connect();
  const runner = new MigratingProcess({
    connectionString: goesThroughProxy(plan.fault) ? proxy.connectionString : direct,
    directory: armed.migrations,
    timeouts: plan.fault === 'stall' ? { ...TIMEOUTS, network: SILENCE_MS } : TIMEOUTS,
  });
  try {
    const barrier = barrierOf(plan, driver, runner, database);
    await barrier.close();
    runner.begin();
    const early = await Promise.race([barrier.reached(), runner.ended]);
    if (early)
      return { end: 'early', ms: 0, problems: [`the runner, before anything struck it, ${describeEnd(early)}`] };
    if (plan.moment === 'around') await barrier.open();
    await sleep(plan.pauseMs);
    const struckAt = Date.now();
    await strike(plan, { runner, server: armed.server, proxy, driver });
    if (plan.moment === 'inside') {
      await sleep(plan.heldMs);
      await barrier.open().catch(() => {}); // it is open when the server is new
    }
    return judge(plan.fault, await runner.endsWithin(BOUND_MS), struckAt);
  } finally {
    runner.kill();
    await runner.ended;
    await proxy.close();
    await driver.end().catch(() => {});
  }
}

function goesThroughProxy(fault: Fault): boolean {
  return fault === 'cut' || fault === 'stall';
}

function judge(fault: Fault, ended: Ended | undefined, struckAt: number): StruckRun {
  const ms = (ended?.endedAt ?? Date.now()) - struckAt;
  if (!ended) return { end: 'hung', ms, problems: [`the runner was not through ${BOUND_MS} ms after the fault`] };
  if (ended.signal === 'SIGKILL' && fault === 'runner') return { end: 'killed', ms, problems: [] };
  const { report, stderr } = ended;
  const end = !report ? 'broken' : 'applied' in report ? 'applied' : report.code;
  const fine = (end === 'applied' || EXPECTED_CODES.includes(end)) && stderr === '';
  return { end, ms, problems: fine ? [] : [`the runner ${describeEnd(ended)}`] };
}

export function describeEnd(ended: Ended | undefined): string {
  if (!ended) return 'did not end in time';
  const { report, code, signal, stderr } = ended;
  return `ended with ${code ?? signal}: ${report ? JSON.stringify(report) : 'it said nothing'} ${stderr}`.trim();
}
