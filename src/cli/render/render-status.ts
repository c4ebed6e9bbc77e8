import { describeProblem } from '../../core/errors/files/file-problems.js';
import { inApi } from '../../core/errors/remedy.js';
import type { Finding } from '../../core/errors/finding.js';
import type { MigrationStatus } from '../../core/status/status.js';
import type { StatusReport } from '../../migrator/use-cases/status.js';
import { withFlags } from '../process/option-flags.js';
import { tableOf, unbroken, utc } from './table.js';

/** The status for people: a table and a summary. @param columns see `tableOf` */
export function renderStatus(
  { migrations, summary, findings }: StatusReport,
  table: string,
  textOf: (found: Finding) => string,
  columns: number | undefined,
): string {
  if (migrations.length === 0) return `No migrations on disk and none recorded in ${table}.`;
  const rows = migrations.map(({ state, file, row }) => [state, unbroken(file), appliedAt(row), row?.durationMs ?? '']);
  const head = ['State', 'Migration', 'Applied at (UTC)', 'ms'];
  const empty = findings.filter(({ code }) => code === 'EMPTY_DIRECTORY').map(textOf);
  return [
    tableOf(head, rows, { columns, colAligns: ['left', 'left', 'left', 'right'] }),
    ...problems(migrations),
    ...empty,
    summaryLine(summary),
  ].join('\n');
}

function appliedAt(row: MigrationStatus['row']): string {
  return row?.state === 'applied' ? utc(row.executedAt) : '';
}

function problems(migrations: readonly MigrationStatus[]): string[] {
  return migrations.flatMap(({ file, row, problem }) => {
    const what = problem ? describeProblem(problem, inApi) : row?.error;
    return what ? [`${file}: ${withFlags(what)}`] : [];
  });
}

function summaryLine(summary: StatusReport['summary']): string {
  const counts: [string, number][] = [
    ['applied', summary.applied],
    ['pending', summary.pending],
    ['failed', summary.failed],
    ['running', summary.running],
    ['changed', summary.changed],
    ['renamed', summary.renamed],
    ['missing', summary.missing],
    ['ahead', summary.ahead],
    ['unverified', summary.unverified],
    ['orphaned', summary.orphaned],
    ['unusable', summary.unusable],
  ];
  return counts
    .filter(([name, count], i) => i < 2 || count > 0 || name === 'failed')
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}
