import type { Counts } from './measure.js';

/** Durations and process ids are sent as text, and not always with the same number of digits. */
const BYTES_THAT_VARY = 32;
const SHARE_THAT_VARIES = 0.005;

/** What was measured and is not as recorded, a line each. Fewer is a difference too: the record would let it rise again. */
export function findDifferences(recorded: Counts, measured: Counts): string[] {
  const workloads = new Set([...Object.keys(recorded), ...Object.keys(measured)]);
  return [...workloads].flatMap((workload) => {
    const [before = {}, now = {}] = [recorded[workload], measured[workload]];
    return [...new Set([...Object.keys(before), ...Object.keys(now)])]
      .filter((name) => !isSame(name, before[name], now[name]))
      .map((name) => `${workload}: ${name} ${now[name] ?? 'not measured'}, recorded ${before[name] ?? 'not at all'}`);
  });
}

/** What was measured, with the recorded value where only digits vary. */
export function settle(recorded: Counts, measured: Counts): Counts {
  const keep = (workload: string, name: string, now: number): number => {
    const before = recorded[workload]?.[name];
    return before !== undefined && isSame(name, before, now) ? before : now;
  };
  return Object.fromEntries(
    Object.entries(measured).map(([workload, costs]) => [
      workload,
      Object.fromEntries(Object.entries(costs).map(([name, now]) => [name, keep(workload, name, now)])),
    ]),
  );
}

function isSame(name: string, before: number | undefined, now: number | undefined): boolean {
  if (before === undefined || now === undefined) return false;
  const mayVary = name.startsWith('bytes') ? BYTES_THAT_VARY + before * SHARE_THAT_VARIES : 0;
  return Math.abs(now - before) <= mayVary;
}
