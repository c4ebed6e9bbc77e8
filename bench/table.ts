import type { Row, Summary, Verdict } from './summary.js';
import type { Metric } from './workloads/workload.js';

const UNITS: Readonly<Record<Metric, string>> = {
  ms: ' ms',
  cpuMs: ' ms CPU',
  peakMb: ' MB',
  roundTrips: ' round trips',
};

/** One workload as a Markdown table, with what ours should reach. */
export function renderSummary(summary: Summary): string {
  const { rows, reference } = summary;
  const columns: Column[] = [
    { head: 'tool', cell: ({ tool }) => tool },
    { head: 'ms', cell: ({ ms }) => ms.toFixed(1) },
    { head: `× ${reference}`, cell: ({ ratio }) => ratio?.toFixed(2) },
    { head: 'CPU ms', cell: ({ cpuMs }) => cpuMs?.toFixed(0) },
    { head: 'peak MB', cell: ({ peakMb }) => peakMb?.toFixed(0) },
    { head: 'round trips', cell: ({ traffic }) => traffic?.roundTrips.toString() },
    { head: 'statements', cell: ({ traffic }) => traffic?.statements.toString() },
    { head: 'bytes sent', cell: ({ traffic }) => traffic?.bytesSent.toString() },
    { head: 'bytes received', cell: ({ traffic }) => traffic?.bytesReceived.toString() },
  ];
  const shown = columns.filter(({ cell }) => rows.some((row) => cell(row) !== undefined));
  const lines = [shown.map(({ head }) => head), ...rows.map((row) => shown.map(({ cell }) => cell(row) ?? '–'))];
  return [markdownTable(lines), ...summary.targets.map(renderVerdict)].join('\n');
}

interface Column {
  readonly head: string;
  readonly cell: (row: Row) => string | undefined;
}

function renderVerdict(verdict: Verdict): string {
  const { metric, limit, relative, reached, met } = verdict;
  const unit = relative ? '×' : UNITS[metric];
  const digits = metric === 'roundTrips' ? 0 : relative ? 2 : 1;
  return `Target: at most ${limit}${unit}; ours is ${reached.toFixed(digits)}${unit}: ${met ? 'met' : 'missed'}.`;
}

/** The first column is text, the others are numbers. */
export function markdownTable(lines: readonly (readonly string[])[]): string {
  const [head = [], ...rows] = lines;
  const widths = head.map((_, i) => Math.max(3, ...lines.map((line) => line[i]?.length ?? 0)));
  const render = (line: readonly string[]): string =>
    `| ${line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [render(head), rule, ...rows.map(render)].join('\n');
}
