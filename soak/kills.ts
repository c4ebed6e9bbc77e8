import { ArmedServer } from './armed-server.js';
import { inTime, MigratingProcess } from './migrating-process.js';
import { planRound, type RoundPlan } from './plan.js';
import { playRound, type RoundResult } from './round.js';

const WORKERS = 2;
const ENDS_WITHIN_MS = 20_000;

export interface KillsOptions {
  readonly seed: number;
  readonly kills: number;
  /** No round is begun after this time. */
  readonly untilMs: number;
  /** Only this round. */
  readonly only?: number;
  readonly tell: (result: RoundResult, played: number) => void;
}

/**
 * Plays rounds, each worker on a server of its own and with a runner that serves until it is killed, until all are played, or the time is
 * over.
 */
export async function playKills({ seed, kills, untilMs, only, tell }: KillsOptions): Promise<RoundResult[]> {
  const left = only === undefined ? Array.from({ length: kills }, (_, i) => i + 1) : [only];
  const results: RoundResult[] = [];
  const work = async (): Promise<void> => {
    const armed = await ArmedServer.start();
    const steps = Object.fromEntries(armed.expected.history.map(({ file, steps: total }) => [file, total ?? 0]));
    let runner = new MigratingProcess();
    try {
      while (Date.now() < untilMs) {
        const number = left.shift();
        if (number === undefined) break;
        await runner.isReady();
        const result = await play(armed, runner, planRound(seed, number, steps));
        results.push(result);
        tell(result, results.length);
        if (!runner.alive) runner = new MigratingProcess();
      }
      runner.finish();
      if ((await inTime(runner.ended, ENDS_WITHIN_MS))?.code !== 0) throw new Error('a runner does not end by itself');
    } finally {
      await runner.kill();
      await armed.remove();
    }
  };
  await Promise.all(Array.from({ length: Math.min(WORKERS, left.length) }, work));
  return results.toSorted((a, b) => a.plan.number - b.plan.number);
}

/** A round that breaks off is one that failed, and not the end of all. */
async function play(armed: ArmedServer, runner: MigratingProcess, plan: RoundPlan): Promise<RoundResult> {
  return playRound(armed, runner, plan).catch(async (error: unknown) => {
    await runner.kill(); // nobody knows what it is doing
    const why = error instanceof Error ? error.stack : String(error);
    return { plan, end: 'broken off', runnerMs: 0, left: 0, followUpMs: 0, problems: [`the round broke off: ${why}`] };
  });
}
