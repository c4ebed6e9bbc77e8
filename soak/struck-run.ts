import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ArmedServer } from './armed-server.js';
import { barrierOf } from './barrier.js';
import { BreakableProxy } from './breakable-proxy.js';
import { strike } from './faults.js';
import { inTime, type MigratingProcess, type RunEnd } from './migrating-process.js';
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
  /** Waits until nothing is held at the gate any more. */
  release(): Promise<void>;
}

/**
 * Runs on a database of an armed server, and strikes where the plan says. A runner that hangs is killed. What was struck
 * inside a gate stays there for a while, so that the next run may find its backend at work.
 */
export async function runAndStrike(
  armed: ArmedServer,
  runner: MigratingProcess,
  plan: RoundPlan,
  database: string,
): Promise<StruckRun> {
  const direct = armed.server.connectionString(database);
  const proxy = await BreakableProxy.start(direct);
  const driver = new pg.Client({ connectionString: direct, application_name: 'soak' });
  driver.on('error', () => {}); // it goes with the server
  await driver.connect();
  let opened = Promise.resolve();
  const release = async (): Promise<void> => {
    await opened;
    await driver.end().catch(() => {});
  };
  try {
    const barrier = barrierOf(plan, driver, runner, database);
    await barrier.close();
    const reached = barrier.reached().then(() => undefined);
    const run = runner.migrate({
      connectionString: goesThroughProxy(plan.fault) ? proxy.connectionString : direct,
      directory: armed.migrations,
      timeouts: plan.fault === 'stall' ? { ...TIMEOUTS, network: SILENCE_MS } : TIMEOUTS,
    });
    const early = await Promise.race([reached, run]);
    if (early) {
      const problems = [`the runner, before anything struck it, ${describeEnd(early)}`];
      return { end: 'early', ms: 0, problems, release };
    }
    if (plan.moment === 'around') await barrier.open();
    await sleep(plan.pauseMs);
    const struckAt = Date.now();
    await strike(plan, { runner, server: armed.server, proxy, driver });
    if (plan.moment === 'inside') {
      opened = sleep(plan.heldMs).then(() => barrier.open().catch(() => {})); // it is open when the server is new
    }
    const end = await inTime(run, BOUND_MS);
    if (!end) await runner.kill();
    const endedAt = end?.report?.doneAt ?? Date.now();
    return { ...judge(plan.fault, end, Math.max(0, endedAt - struckAt)), release };
  } catch (error) {
    await release();
    throw error;
  } finally {
    await proxy.close();
  }
}

function goesThroughProxy(fault: Fault): boolean {
  return fault === 'cut' || fault === 'stall';
}

function judge(fault: Fault, run: RunEnd | undefined, ms: number): Omit<StruckRun, 'release'> {
  if (!run) return { end: 'hung', ms, problems: [`the runner had not ended ${BOUND_MS} ms after the fault`] };
  const { report, stderr } = run;
  if (!report && fault === 'runner' && stderr === '') return { end: 'killed', ms, problems: [] };
  const end = !report ? 'broken' : 'applied' in report ? 'applied' : report.code;
  const fine = (end === 'applied' || EXPECTED_CODES.includes(end)) && stderr === '';
  return { end, ms, problems: fine ? [] : [`the runner ${describeEnd(run)}`] };
}

function describeEnd({ report, stderr }: RunEnd): string {
  return `ended with ${report ? JSON.stringify(report) : 'nothing said'} ${stderr}`.trim();
}
