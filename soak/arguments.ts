import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface SoakArguments {
  readonly seed: number;
  readonly kills: number;
  readonly minutes: number;
  /** A single round of the kills. */
  readonly only: number | undefined;
  readonly part: 'all' | 'fleet' | 'tenants' | 'workers' | 'monitors' | 'kills' | 'catalog';
}

export const USAGE = `npm run soak -- [--part fleet|tenants|workers|monitors|kills|catalog] [--kills 500] [--minutes 30] [--seed N] [--only ROUND]

  --part     the fleet (50 processes at once), the tenants (500, migrated by processes that are killed), the workers (500
             tenants of one rollout over pg-boss, migrated by workers that are killed), the monitors (50 processes that
             check for drift and are killed), the kills, or the catalog (random changes, dumped schemas);
             default: all but the catalog, which needs pg_dump
  --kills    how many rounds, spread evenly over phases and faults
  --minutes  no round begins after this time
  --seed     decides everything that is random; default: a new one, which is printed
  --only     plays one round alone, as it was played with that seed`;

/** @throws Error that says what is wrong. */
export function readArguments(argv: readonly string[]): SoakArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      part: { type: 'string' },
      kills: { type: 'string', default: '500' },
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const only = values.only === undefined ? undefined : count('only', values.only);
  const part = values.part ?? (only === undefined ? 'all' : 'kills');
  if (!isPart(part))
    throw new Error(`unknown part "${part}"; expected fleet, tenants, workers, monitors, kills or catalog`);
  return {
    seed: values.seed === undefined ? randomInt(1, 2 ** 31) : count('seed', values.seed),
    kills: count('kills', values.kills),
    minutes: count('minutes', values.minutes),
    only,
    part,
  };
}

function isPart(part: string): part is SoakArguments['part'] {
  return ['all', 'fleet', 'tenants', 'workers', 'monitors', 'kills', 'catalog'].includes(part);
}

function count(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} is ${text}: a whole number from 1 on`);
  return number;
}
