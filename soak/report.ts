import type { FleetReport } from './fleet.js';
import type { MonitorsReport } from './monitors/prove-monitors.js';
import { FAULTS, PHASES, type Fault, type Phase } from './plan.js';
import type { RoundResult } from './round.js';
import type { TenantsReport } from './tenants/prove-tenants.js';
import type { WorkersReport } from './tenants/prove-workers.js';

const FAULT_NAMES: Readonly<Record<Fault, string>> = {
  runner: '`kill -9` of the runner',
  terminate: '`pg_terminate_backend`',
  server: '`kill -9` of the server',
  cut: 'connection cut',
  stall: 'connection stalled',
};

/** As a table in Markdown: a row for each fault, a column for each phase, in each cell the rounds that were right. */
export function killsTable(results: readonly RoundResult[]): string {
  const cell = (fault: Fault, phase?: Phase): string => {
    const played = results.filter((each) => each.plan.fault === fault && (!phase || each.plan.phase === phase));
    return rightOf(played);
  };
  const total = (phase?: Phase): string => rightOf(results.filter((each) => !phase || each.plan.phase === phase));
  return table([
    ['fault', ...PHASES, 'all'],
    ...FAULTS.map((fault) => [FAULT_NAMES[fault], ...PHASES.map((phase) => cell(fault, phase)), cell(fault)]),
    ['all', ...PHASES.map(total), total()],
  ]);
}

function rightOf(played: readonly RoundResult[]): string {
  const right = played.filter(({ problems }) => problems.length === 0).length;
  return right === played.length ? String(right) : `${right} of ${played.length}`;
}

/** How the runners ended, how long that took, and what was left for the run that followed. */
export function endsTable(results: readonly RoundResult[]): string {
  const row = (fault: Fault): string[] => {
    const played = results.filter(({ plan }) => plan.fault === fault);
    const ends = [...new Set(played.map(({ end }) => end))].toSorted();
    const runnerMs = played.map((each) => each.runnerMs);
    const followUpMs = played.map((each) => each.followUpMs);
    return [
      FAULT_NAMES[fault],
      ends.map((end) => `${end} ${played.filter((each) => each.end === end).length}`).join(', '),
      `${median(runnerMs)} (${Math.max(0, ...runnerMs)})`,
      `${median(followUpMs)} (${Math.max(0, ...followUpMs)})`,
      median(played.map(({ left }) => left)),
    ];
  };
  return table([
    [
      'fault',
      'how the runner ended',
      'its end after the fault, ms: median (most)',
      'the next run, ms: median (most)',
      'files left for it, median',
    ],
    ...FAULTS.map(row),
  ]);
}

export function fleetTable(reports: readonly (readonly [name: string, report: FleetReport])[]): string {
  return table([
    ['fleet', 'processes', 'files', 'processes that migrated', 'done after, ms', 'slowest after that, ms', 'result'],
    ...reports.map(([name, report]) => [
      name,
      String(report.processes),
      String(report.files),
      String(report.migrated),
      String(report.migratedMs),
      String(report.slowestAfterMs),
      resultOf(report.problems),
    ]),
  ]);
}

export function tenantsTable({ tenants, processes, kills, cut, lost, ms, problems }: TenantsReport): string {
  return table([
    ['tenants', 'processes', 'kills', 'runs cut by them', 'runs lost with the server', 'done after, ms', 'result'],
    [...[tenants, processes, kills, cut, lost, ms].map(String), resultOf(problems)],
  ]);
}

export function workersTable({ tenants, processes, kills, cut, runs, ms, problems }: WorkersReport): string {
  return table([
    ['tenants', 'workers', 'kills', 'runs cut by them', 'runs of tenants', 'done after, ms', 'result'],
    [...[tenants, processes, kills, cut, runs, ms].map(String), resultOf(problems)],
  ]);
}

export function monitorsTable({ processes, rounds, kills, takenOver, unconfirmed, problems }: MonitorsReport): string {
  return table([
    ['processes', 'drifts', 'kills', 'alerts taken over', 'alerts not confirmed', 'result'],
    [...[processes, rounds, kills, takenOver, unconfirmed].map(String), resultOf(problems)],
  ]);
}

function resultOf(problems: readonly string[]): string {
  return problems.length === 0 ? 'right' : `${problems.length} problems`;
}

/** What it takes to play a round again, and what was wrong. */
export function describeFailure(seed: number, { plan, problems }: RoundResult): string {
  const where = `${plan.phase}${plan.gate === undefined ? '' : ` (${plan.gate})`}, ${plan.moment}, ${plan.fault}`;
  return `round ${plan.number} failed: ${where}\n  again: npm run soak -- --seed ${seed} --only ${plan.number}\n${problems.map((problem) => `  - ${problem}\n`).join('')}`;
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function median(values: readonly number[]): string {
  return String(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? '');
}
