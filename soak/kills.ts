import { ArmedServer } from './armed-server.js';
import { planRound, type RoundPlan } from './plan.js';
import { playRound, type RoundResult } from './round.js';

const WORKERS = 2;

export interface KillsOptions {
  readonly seed: number;
  readonly kills: number;
  /** No round is begun after this time. */
  readonly untilMs: number;
  /** Only this round. */
  readonly only?: number;
  readonly tell: (result: RoundResult, played: number) => void;
}

/** Plays rounds, each worker on a server of its own, until all are played, or the time is over. */
export async function playKills({ seed, kills, untilMs, only, tell }: KillsOptions): Promise<RoundResult[]> {
  const left = only === undefined ? Array.from({ length: kills }, (_, i) => i + 1) : [only];
  const results: RoundResult[] = [];
  const work = async (): Promise<void> => {
    const armed = await ArmedServer.start();
    const steps = Object.fromEntries(armed.expected.history.map(({ file, steps: total }) => [file, total ?? 0]));
    try {
      while (Date.now() < untilMs) {
        const number = left.shift();
        if (number === undefined) return;
        const result = await play(armed, planRound(seed, number, steps));
        results.push(result);
        tell(result, results.length);
      }
    } finally {
      await armed.remove();
    }
  };
  await Promise.all(Array.from({ length: Math.min(WORKERS, left.length) }, work));
  return results.toSorted((a, b) => a.plan.number - b.plan.number);
}

/** A round that breaks off is one that failed, and not the end of all. */
async function play(armed: ArmedServer, plan: RoundPlan): Promise<RoundResult> {
  return playRound(armed, plan).catch((error: unknown) => ({
    plan,
    end: 'broken off',
    runnerMs: 0,
    left: 0,
    followUpMs: 0,
    problems: [`the round broke off: ${error instanceof Error ? error.stack : String(error)}`],
  }));
}
