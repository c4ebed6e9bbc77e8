import type { Task } from '../../core/compile/task.js';
import { finding, type Finding } from '../../core/errors/finding.js';
import { RefusedError } from '../../core/errors/input-errors.js';
import { describeDiagnostic, stopsRun, type Diagnostic } from '../../core/lint/diagnostic.js';
import { lintFileOf } from '../../core/lint/model/parsed-file.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { TargetSession } from '../../core/ports/ports.js';
import { checkMigrations } from './check-migrations.js';
import type { MigratorParts } from './parts.js';

/**
 * Lints what a run is about to execute.
 *
 * @returns the warnings.
 * @throws RefusedError if lint finds an error and the option `lint` says that errors refuse a run.
 */
export async function lintTasks(
  set: MigrationSet,
  tasks: readonly Task[],
  { parse, policy, database, tenantSchemas }: MigratorParts,
  { tables }: TargetSession,
): Promise<readonly Finding[]> {
  const parts = { parse, policy, target: database.target, tenantSchemas };
  const found = await checkMigrations(set, tasks.map(lintFileOf), parts, tables);
  const refusals = found.filter(stopsRun(policy.lint.onMigrate)).map((each) => asFinding('LINT_ERROR', each));
  if (refusals.length > 0) throw new RefusedError(refusals);
  return found.filter(({ severity }) => severity !== 'note').map((each) => asFinding('LINT_WARNING', each));
}

function asFinding(code: 'LINT_ERROR' | 'LINT_WARNING', found: Diagnostic): Finding {
  const { file: subject, line, column, rule, remedy } = found;
  const position = line === undefined ? {} : { line, column: column ?? 1 };
  const detail = [describeDiagnostic(found), remedy.replace(/\.$/, '')].filter(Boolean).join('. ');
  return finding(code, { subject, ...position, detail, actual: rule });
}
