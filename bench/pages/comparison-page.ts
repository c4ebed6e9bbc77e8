import { markdownTable } from '../format.js';
import type { Circumstances } from '../machine.js';
import type { Row, Summary } from '../summary.js';
import { OURS, OURS_WITHOUT_CATALOG, PEERS } from '../tool.js';

/** The workloads that matter to somebody who chooses a tool. */
const WORKLOADS = ['no-op-32', 'no-op-1000', 'one-new-1000', 'first-32'];

const NAMES: Readonly<Record<string, string>> = {
  [OURS]: 'this library',
  [OURS_WITHOUT_CATALOG]: 'this library, `catalog: false`',
};

/** The part of docs/comparison.md that is measured. */
export function renderComparison(measuredOn: Circumstances, summaries: readonly Summary[]): string {
  const shown = WORKLOADS.flatMap((name) => summaries.filter((summary) => summary.name === name));
  const line = (name: string, toolOf: (summary: Summary) => string): string[] => [
    name,
    ...shown.map((summary) => timeOf(summary.rows.find(({ tool }) => tool === toolOf(summary)))),
  ];
  const peers = PEERS.filter((peer) => shown.some(({ rows }) => rows.some(({ tool }) => tool === peer)));
  const { date, cpu, node, postgres, rounds, peers: versions } = measuredOn;
  return [
    `Measured on ${date}: ${cpu}, Node ${node}, PostgreSQL ${postgres}; medians of ${rounds} rounds. Versions: ${versions.join(', ')}.`,
    markdownTable([
      ['tool', ...shown.map(({ title }) => title)],
      line('floor', ({ reference }) => reference),
      ...[...peers, OURS, OURS_WITHOUT_CATALOG].map((tool) => line(NAMES[tool] ?? tool, () => tool)),
    ]),
  ].join('\n\n');
}

function timeOf(row: Row | undefined): string {
  return row ? `${row.ms.toFixed(1)} ms` : '–';
}
