import type { Finding } from '../../../core/errors/finding.js';
import { stopsRun, type Diagnostic } from '../../../core/lint/diagnostic.js';
import { needsRun, type MigrationStatus } from '../../../core/status/status.js';
import type { ResolvedOptions } from '../../../composition/options.js';
import type { Migrator } from '../../../migrator/migrator.js';
import type { StatusReport } from '../../../migrator/use-cases/status.js';
import { EXIT } from '../../process/exit-codes.js';
import type { Invocation } from '../../process/invocation.js';
import { diagnosticsInFlags } from '../../render/lint/in-flags.js';
import { assertRecorded, exitCodeForSchema } from '../reading/schema-check.js';
import { verdictOf } from '../reading/verdict.js';

/** The result of a check. */
export interface Checked {
  readonly exitCode: number;
  readonly open: readonly MigrationStatus[];
  readonly findings: readonly Finding[];
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: StatusReport['summary'];
  /** The current command, for remedies. */
  readonly typed: Invocation;
}

/** Whether a database matches its files, and whether its pending files may run. */
export async function checkTarget(
  migrator: Migrator,
  { policy, lint: { onMigrate }, catalog }: ResolvedOptions,
  typed: Invocation,
  { schema = false }: { readonly schema?: boolean } = {},
): Promise<Checked> {
  if (schema) assertRecorded(catalog);
  const report = await migrator.status();
  const changedByHand = schema ? await migrator.drift({ only: 'schema' }) : [];
  const findings = [...report.findings, ...changedByHand];
  const open = report.migrations.filter(({ state }) => needsRun(state));
  const isLinted = onMigrate !== 'off' && open.length > 0;
  const diagnostics = isLinted ? diagnosticsInFlags((await migrator.lint()).diagnostics, typed) : [];
  const verdict = exitCodeForSchema(verdictOf({ ...report, findings }, policy), changedByHand);
  const exitCode = withLint(verdict, diagnostics.some(stopsRun(onMigrate)));
  return { exitCode, open, findings, diagnostics, summary: report.summary, typed };
}

/** A failure and drift are worse than what lint finds. */
export function withLint(verdict: number, isStopped: boolean): number {
  return isStopped && (verdict === EXIT.ok || verdict === EXIT.pending) ? EXIT.lint : verdict;
}
