import { readFile, writeFile } from 'node:fs/promises';
import type { Counts } from './measure.js';

const FILE = new URL('counts.json', import.meta.url);

/** The counts that runs must have, from `counts.json`. */
export async function readRecorded(): Promise<Counts> {
  return JSON.parse(await readFile(FILE, 'utf8')) as Counts;
}

/** One value a line, so that two changes of different values merge. */
export async function writeRecorded(counts: Counts): Promise<void> {
  await writeFile(FILE, `${JSON.stringify(counts, undefined, 2)}\n`);
}
