import { markdownTable } from '../format.js';
import type { Circumstances } from '../machine.js';
import { median } from '../median.js';
import type { ManyApplied } from './many-applied.js';
import type { TenantsMeasurement } from './measurement.js';
import type { TenantsSeries, Work } from './rollouts.js';
import { LOOP } from './tools.js';

/** Everything that was measured. */
export interface TenantsResults {
  readonly schemas: { readonly count: number; readonly series: readonly TenantsSeries[] };
  readonly databases: { readonly count: number; readonly series: readonly TenantsSeries[] };
  readonly applied: ManyApplied;
  /** How many files the first run has. */
  readonly files: number;
  /** The load of the machine before the benchmark, over five minutes. */
  readonly load: number;
}

const WORKS: readonly Work[] = ['first run', 'one new file', 'nothing to do'];

/** The section on tenants of docs/performance.md. */
export function renderTenants(measuredOn: Omit<Circumstances, 'peers'>, results: TenantsResults): string {
  const { date, cpu, memoryGb, platform, node, postgres, rounds } = measuredOn;
  const { schemas, databases, applied, files, load } = results;
  return [
    `Measured on ${date}: ${cpu}, ${memoryGb} GB, ${platform}, Node ${node}, PostgreSQL ${postgres}; the first run once, the others as medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}. The load average before the benchmark was ${load.toFixed(1)}. The first run has ${files} files.`,
    `### ${inText(schemas.count)} schemas in one database`,
    timesTable(schemas.series),
    'The memory of the process during the first run, in MB:',
    memoryTable(schemas.series),
    `### ${inText(databases.count)} databases on two servers`,
    timesTable(databases.series),
    `### Nothing to do for ${inText(applied.tenants)} tenants with ${applied.files} files each`,
    appliedTable(applied),
  ].join('\n\n');
}

/** A row for each work; in each cell the time, and how that compares with the loop. */
function timesTable(series: readonly TenantsSeries[]): string {
  const tools = [...new Set(series.map(({ tool }) => tool))];
  const timeOf = (work: Work, tool: string): number | undefined =>
    median(measurementsOf(series, work, tool).map(({ ms }) => ms));
  return markdownTable([
    ['work', ...tools],
    ...WORKS.map((work) => {
      const loop = timeOf(work, LOOP.name);
      return [work, ...tools.map((tool) => cell(timeOf(work, tool), tool === LOOP.name ? undefined : loop))];
    }),
  ]);
}

function cell(ms: number | undefined, loop: number | undefined): string {
  if (ms === undefined) return '–';
  return loop === undefined ? seconds(ms) : `${seconds(ms)}, ${(loop / ms).toFixed(1)} × as fast`;
}

function memoryTable(series: readonly TenantsSeries[]): string {
  const rows = series.filter(({ work }) => work === 'first run');
  return markdownTable([
    ['tool', 'second tenth of the run', 'last tenth', 'peak'],
    ...rows.map(({ tool, measurements }) => [
      tool,
      ...(['earlyMb', 'lateMb', 'peakMb'] as const).map((name) =>
        Math.max(...measurements.map((each) => each[name])).toFixed(0),
      ),
    ]),
  ]);
}

function appliedTable({ fleet, floor }: ManyApplied): string {
  const ratio = median(fleet.map(({ ms }, i) => ms / (floor[i]?.ms ?? Number.NaN)));
  const row = (name: string, all: readonly TenantsMeasurement[], isFloor: boolean): string[] => [
    name,
    `${median(all.map(({ ms }) => ms))?.toFixed(0)} ms`,
    `${Math.min(...all.map(({ ms }) => ms)).toFixed(0)} ms`,
    isFloor ? '1.00' : (ratio?.toFixed(2) ?? '–'),
  ];
  return markdownTable([
    ['tool', 'median', 'lowest', '× floor'],
    row('floor: one connection, one read of the directory, the simplest query', floor, true),
    row('`fleet.migrate()`', fleet, false),
  ]);
}

function measurementsOf(series: readonly TenantsSeries[], work: Work, tool: string): readonly TenantsMeasurement[] {
  return series.find((each) => each.work === work && each.tool === tool)?.measurements ?? [];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 0)} s`;
}

function inText(n: number): string {
  return n.toLocaleString('en');
}
