import type { Measurement } from './measurement.js';
import type { Tool } from './tool.js';
import type { Bench, Prepared, Workload } from './workloads/workload.js';

/** All measurements of one tool in a workload. */
export interface Series {
  readonly tool: string;
  readonly measurements: readonly Measurement[];
}

/**
 * Measures the tools in rounds, each round in another random order, so that what happens on the machine meanwhile hits all
 * alike. The first round only warms the caches.
 */
export async function measureInRounds(
  bench: Bench,
  workload: Workload,
  tools: readonly Tool[],
  rounds: number,
): Promise<Series[]> {
  const entries: { readonly tool: Tool; readonly prepared: Prepared; readonly measurements: Measurement[] }[] = [];
  for (const tool of tools) {
    entries.push({ tool, prepared: await workload.prepare(bench, tool), measurements: [] });
  }
  for (let round = 0; round <= rounds; round++) {
    for (const { prepared, measurements } of shuffled(entries)) {
      const measurement = await prepared.measure();
      if (round > 0) measurements.push(measurement);
    }
  }
  for (const { prepared } of entries) await prepared.remove();
  return entries.map(({ tool, measurements }) => ({ tool: tool.name, measurements }));
}

/** The same items in random order. */
export function shuffled<T>(items: readonly T[]): T[] {
  const keys = new Map(items.map((item) => [item, Math.random()]));
  return items.toSorted((a, b) => Number(keys.get(a)) - Number(keys.get(b)));
}
