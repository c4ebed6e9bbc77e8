import { formatLimit, formatValue, markdownTable } from './format.js';
import type { Row, Summary, Verdict } from './summary.js';

interface Column {
  readonly head: string;
  readonly cell: (row: Row) => string | undefined;
}

const COLUMNS: readonly Column[] = [
  { head: 'CPU ms in the run', cell: ({ runCpuMs }) => runCpuMs?.toFixed(1) },
  { head: 'CPU ms', cell: ({ cpuMs }) => cpuMs?.toFixed(0) },
  { head: 'peak MB', cell: ({ peakMb }) => peakMb?.toFixed(0) },
  { head: 'round trips', cell: ({ traffic }) => traffic?.roundTrips.toString() },
  { head: 'statements', cell: ({ traffic }) => traffic?.statements.toString() },
  { head: 'bytes sent', cell: ({ traffic }) => traffic?.bytesSent.toString() },
  { head: 'bytes received', cell: ({ traffic }) => traffic?.bytesReceived.toString() },
];

/** The tools of one workload as a Markdown table, without columns that are empty. */
export function renderTools({ rows, reference }: Summary): string {
  const columns = [
    { head: 'tool', cell: ({ tool }: Row) => tool },
    { head: 'ms', cell: ({ ms }: Row) => ms.toFixed(1) },
    { head: 'lowest', cell: ({ lowestMs }: Row) => lowestMs.toFixed(1) },
    { head: `× ${reference}`, cell: ({ ratio }: Row) => ratio?.toFixed(2) },
    ...COLUMNS,
  ].filter(({ cell }) => rows.some((row) => cell(row) !== undefined));
  return markdownTable([
    columns.map(({ head }) => head),
    ...rows.map((row) => columns.map(({ cell }) => cell(row) ?? '–')),
  ]);
}

/** `Target: at most 1.25 × floor-hash. Ours: 30.1 ms, 2.4 ×: missed.` */
export function renderVerdict({ reference }: Summary, verdict: Verdict): string {
  const { metric, value, ratio, met } = verdict;
  const ours = [formatValue(metric, value), ...(ratio === undefined ? [] : [`${ratio.toFixed(2)} ×`])].join(', ');
  return `Target: at most ${formatLimit(verdict, reference)}. Ours: ${ours}: ${met ? 'met' : 'missed'}.`;
}
