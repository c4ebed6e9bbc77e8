import { formatLimit, formatValue, markdownTable } from '../format.js';
import type { Circumstances } from '../machine.js';
import { type Row, type Summary, valueOf, type Verdict } from '../summary.js';
import { renderTools } from '../table.js';
import { OURS, PEERS } from '../tool.js';
import type { Metric } from '../workloads/workload.js';

/** The part of docs/performance.md that is measured. */
export function renderMeasured(measuredOn: Circumstances, summaries: readonly Summary[]): string {
  const { date, cpu, memoryGb, platform, node, postgres, rounds, peers } = measuredOn;
  const faster = summaries.flatMap(renderFaster);
  return [
    `Measured on ${date}: ${cpu}, ${memoryGb} GB, ${platform}, Node ${node}, PostgreSQL ${postgres}; medians of ${rounds} rounds.`,
    `Versions: ${peers.join(', ')}.`,
    '### Targets',
    markdownTable([['work', 'reference', 'best peer', OURS, 'target', 'met'], ...summaries.flatMap(renderTargets)]),
    '### Where another tool is faster',
    faster.length > 0 ? faster.join('\n') : 'Nowhere in this run.',
    '### Every tool',
    ...summaries.flatMap((summary) => [`#### ${capitalized(summary.title)}`, renderTools(summary)]),
  ].join('\n\n');
}

function renderTargets(summary: Summary): string[][] {
  const { title, reference, rows } = summary;
  const peers = rows.filter(({ tool }) => PEERS.includes(tool));
  const referenceRow = rows.find(({ tool }) => tool === reference);
  return summary.targets.map((verdict: Verdict) => {
    const { metric, value, ratio, met } = verdict;
    const ours = formatValue(metric, value);
    return [
      title,
      referenceRow ? describe(referenceRow, metric) : '–',
      describe(lowest(peers, metric), metric),
      ratio === undefined ? ours : `${ours}, ${ratio.toFixed(2)} ×`,
      `≤ ${formatLimit(verdict, reference)}`,
      met ? 'yes' : 'no',
    ];
  });
}

function lowest(rows: readonly Row[], metric: Metric): Row | undefined {
  const known = rows.filter((row) => valueOf(metric, row) !== undefined);
  return known.toSorted((a, b) => Number(valueOf(metric, a)) - Number(valueOf(metric, b)))[0];
}

function describe(row: Row | undefined, metric: Metric): string {
  const value = row && valueOf(metric, row);
  return value === undefined ? '–' : `${row?.tool} ${formatValue(metric, value)}`;
}

/** The peers that took less time than ours, or nothing. */
function renderFaster({ title, rows }: Summary): string[] {
  const ours = rows.find(({ tool }) => tool === OURS);
  const faster = rows.filter(({ tool, ms }) => ours && PEERS.includes(tool) && ms < ours.ms);
  if (!ours || faster.length === 0) return [];
  const list = faster.map((row) => describe(row, 'ms')).join(', ');
  return [`- ${capitalized(title)} (${formatValue('ms', ours.ms)}): ${list}`];
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
