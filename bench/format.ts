import type { Metric, Target } from './workloads/workload.js';

const UNITS: Readonly<Record<Metric, string>> = {
  ms: 'ms',
  runCpuMs: 'ms of CPU',
  cpuMs: 'ms of CPU',
  peakMb: 'MB',
  roundTrips: 'round trips',
};

/** `12.3 ms`. */
export function formatValue(metric: Metric, value: number): string {
  const digits = metric === 'runCpuMs' ? 2 : metric === 'ms' && value < 1_000 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[metric]}`;
}

/** `1.25 × floor-hash`, or `200 ms of CPU`. */
export function formatLimit({ metric, limit, relative }: Target, reference: string): string {
  return relative ? `${limit} × ${reference}` : formatValue(metric, limit);
}

/** A Markdown table. The first line is its head, the first column is text, and the others are set to the right. */
export function markdownTable(lines: readonly (readonly string[])[]): string {
  const [head = [], ...rows] = lines;
  const widths = head.map((_, i) => Math.max(3, ...lines.map((line) => line[i]?.length ?? 0)));
  const pad = (cell: string, i: number): string =>
    i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  const render = (line: readonly string[]): string => `| ${line.map(pad).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`));
  return [render(head), `|${rule.join('|')}|`, ...rows.map(render)].join('\n');
}
