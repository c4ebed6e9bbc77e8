import { NON_TRANSACTIONAL, TRANSACTIONAL } from './kill-files.js';
import { Random } from './random.js';

export const PHASES = ['lock', 'claim', 'file', 'COMMIT', 'boundary'] as const;
export type Phase = (typeof PHASES)[number];

export const FAULTS = ['runner', 'terminate', 'server', 'cut', 'stall'] as const;
export type Fault = (typeof FAULTS)[number];

/** What happens in a round: all of it decided by the seed and the round's number. */
export interface RoundPlan {
  readonly number: number;
  readonly phase: Phase;
  readonly fault: Fault;
  /** The gate at which the runner is made to wait; undefined for the phase `lock`, where it waits for the lock. */
  readonly gate: string | undefined;
  /** `inside`: while the runner waits there. `around`: a moment after it was let go. */
  readonly moment: 'inside' | 'around';
  /** The moment, in ms. */
  readonly pauseMs: number;
  /** How long it is held there after a fault inside, in ms. */
  readonly heldMs: number;
  /** Every fault comes in two kinds. */
  readonly variant: boolean;
}

/** A waiter pauses between two tries at the lock: only a longer time hits the moment at which it gets it. */
const LONGEST_PAUSE_MS: Readonly<Record<Phase, number>> = { lock: 400, claim: 30, file: 30, COMMIT: 30, boundary: 30 };

/**
 * @param steps how many steps each non-transactional file has.
 */
export function planRound(seed: number, number: number, steps: Readonly<Record<string, number>>): RoundPlan {
  const random = new Random(seed, number);
  const cell = (number - 1) % (PHASES.length * FAULTS.length); // evenly, however many rounds are played
  const phase = PHASES[cell % PHASES.length] as Phase;
  const fault = FAULTS[Math.floor(cell / PHASES.length)] as Fault;
  return {
    number,
    phase,
    fault,
    gate: pickGate(phase, random, steps),
    moment: random.pick(['inside', 'around']),
    pauseMs: random.between(0, LONGEST_PAUSE_MS[phase]),
    heldMs: random.between(0, 600),
    variant: random.pick([true, false]),
  };
}

function pickGate(phase: Phase, random: Random, steps: Readonly<Record<string, number>>): string | undefined {
  switch (phase) {
    case 'lock':
      return undefined;
    case 'claim':
      return `claim ${random.pick([...TRANSACTIONAL, ...NON_TRANSACTIONAL])}`;
    case 'file':
      return `file ${random.pick(TRANSACTIONAL)}`;
    case 'COMMIT':
      return `commit ${random.pick([...TRANSACTIONAL, ...NON_TRANSACTIONAL])}`;
    case 'boundary': {
      const all = NON_TRANSACTIONAL.flatMap((file) =>
        Array.from({ length: steps[file] ?? 0 }, (_, i) => `${file} ${i + 1}`),
      );
      return `boundary ${random.pick(all)}`;
    }
  }
}
