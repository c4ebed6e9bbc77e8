import { locateInFile } from '../../core/compile/source-text.js';
import type { Task } from '../../core/compile/task.js';
import { finding, type Finding, type FindingCode } from '../../core/errors/finding.js';
import { firstSessionStep } from '../../core/sql/statements/session-state.js';
import type { Target } from '../../core/target/target.js';

/** What a task needs and a transaction-mode pooler does not support. */
export function poolerRefusals(task: Task, target: Target): Finding[] {
  const { program } = task;
  if (program.kind === 'transactional') return at(task, program.sessionLock, 'POOLER_SESSION_LOCK');
  const setting = firstSessionStep(program.steps);
  if (setting) return at(task, setting, 'POOLER_SESSION_STATE');
  const outside = program.steps.find(({ kind }) => kind === 'autocommit');
  const { lockTimeout, statementTimeout } = program.timeouts;
  if (target.role !== undefined || target.searchPath !== undefined) return at(task, outside, 'POOLER_ROLE');
  return lockTimeout !== undefined || statementTimeout !== undefined ? at(task, outside, 'POOLER_LIMIT') : [];
}

function at({ program }: Task, place: { readonly start: number } | undefined, code: FindingCode): Finding[] {
  if (!place) return [];
  const { line, column } = locateInFile(program.migration, program.source, place.start);
  return [finding(code, { subject: program.migration.file, line, column })];
}
