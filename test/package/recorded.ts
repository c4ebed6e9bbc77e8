import { readFile, writeFile } from 'node:fs/promises';
import type { Loaded } from './loaded-modules.js';
import type { Workloads } from './workloads.js';

const FILE = new URL('loaded-modules.json', import.meta.url);

/** Our own files may grow by this share before somebody has to look why. */
const MAY_GROW = 0.1;

export async function readRecorded(): Promise<Workloads> {
  return JSON.parse(await readFile(FILE, 'utf8')) as Workloads;
}

/** One value a line, so that two changes of different values merge. */
export async function writeRecorded(workloads: Workloads): Promise<void> {
  await writeFile(FILE, `${JSON.stringify(workloads, undefined, 2)}\n`);
}

/** What a workload loads and what was recorded for it, where they differ; a line each. */
export function findDifferences(recorded: Workloads, measured: Workloads): string[] {
  const names = new Set([...Object.keys(recorded), ...Object.keys(measured)]);
  return [...names].flatMap((name) => {
    const [before, now] = [recorded[name], measured[name]];
    if (before === undefined || now === undefined) return [`${name}: ${before ? 'not measured' : 'not recorded'}`];
    return differences(before, now).map((difference) => `${name}: ${difference}`);
  });
}

function differences(before: Loaded, now: Loaded): string[] {
  const change = Math.abs(now.kilobytes - before.kilobytes);
  return [
    ...ofPackages('installed', before.installed, now.installed),
    ...ofPackages('bundled', before.bundled, now.bundled),
    ...(change > before.kilobytes * MAY_GROW ? [`${now.kilobytes} kB of our own, recorded ${before.kilobytes}`] : []),
  ];
}

type Modules = Loaded['installed'];

function ofPackages(kind: string, before: Modules, now: Modules): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((name) => before[name] !== now[name])
    .map((name) => `${now[name] ?? 0} ${kind} modules of ${name}, recorded ${before[name] ?? 0}`);
}
