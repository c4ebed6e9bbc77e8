import type { Circumstances } from '../machine.js';
import type { Summary } from '../summary.js';
import { renderComparison } from './comparison-page.js';
import { MEASURED_SECTION, replaceSection } from './measured-section.js';
import { renderMeasured } from './performance-page.js';

/** Replaces the figures of docs/performance.md and those that docs/comparison.md takes from them. */
export async function writePages(measuredOn: Circumstances, summaries: readonly Summary[]): Promise<void> {
  await replaceSection('performance.md', MEASURED_SECTION, renderMeasured(measuredOn, summaries));
  await replaceSection('comparison.md', MEASURED_SECTION, renderComparison(measuredOn, summaries));
}
