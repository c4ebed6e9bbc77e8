import { readFile, writeFile } from 'node:fs/promises';
import type { Circumstances } from '../machine.js';
import type { Summary } from '../summary.js';
import { renderComparison } from './comparison-page.js';
import { withMeasured } from './measured-section.js';
import { renderMeasured } from './performance-page.js';

const DOCS = new URL('../../docs/', import.meta.url);

/** Replaces the figures of docs/performance.md and those that docs/comparison.md takes from them. */
export async function writePages(measuredOn: Circumstances, summaries: readonly Summary[]): Promise<void> {
  await replaceMeasured('performance.md', renderMeasured(measuredOn, summaries));
  await replaceMeasured('comparison.md', renderComparison(measuredOn, summaries));
}

async function replaceMeasured(name: string, measured: string): Promise<void> {
  const page = new URL(name, DOCS);
  await writeFile(page, withMeasured(await readFile(page, 'utf8'), measured));
}
