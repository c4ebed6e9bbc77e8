import type { NonTransactionalProgram, TransactionalProgram } from '../../core/compile/program.js';
import type { Task } from '../../core/compile/task.js';
import type { Statement } from '../../core/sql/statements/statements.js';
import type { Target } from '../../core/target/target.js';
import { asTarget, asTargetInSession } from '../execution/target-identity.js';
import { localTimeouts, sessionTimeouts } from '../execution/timeouts.js';

/** The SQL that a task runs on its target, without our history writes, as a script for `psql`. */
export function scriptOf({ program, resumeAt }: Task, target: Target): string {
  return program.kind === 'transactional' ? inTransaction(program, target) : inSteps(program, target, resumeAt);
}

function inTransaction(program: TransactionalProgram, target: Target): string {
  const { begin, preamble, body, statements = [], source } = program;
  const opening = [begin, ...preamble, ...asTarget(target), ...localTimeouts(program)];
  return asLines([...opening.map(terminated), terminated(withRows(body, source.withRows, statements)), 'COMMIT;']);
}

function inSteps(program: NonTransactionalProgram, target: Target, resumeAt: number): string {
  const { steps, source } = program;
  const rest = source.withRows.slice(steps[resumeAt - 1]?.wholeEnd ?? 0);
  const opening = [...asTargetInSession(target), ...sessionTimeouts(program)];
  return asLines([...opening.map(terminated), terminated(rest), 'RESET ROLE;', 'RESET ALL;']);
}

/** The runner sends COPY rows separately; `psql` expects them inline. */
function withRows(body: string, source: string, statements: readonly Statement[]): string {
  let text = '';
  let from = 0;
  for (const { copy } of statements) {
    if (!copy) continue;
    text += body.slice(from, copy.dataStart) + source.slice(copy.dataStart, copy.wholeEnd);
    from = copy.wholeEnd;
  }
  return text + body.slice(from);
}

/** A file may omit its last semicolon, and may end with a comment. */
function terminated(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.endsWith('\\.')) return trimmed;
  const lastLine = trimmed.slice(trimmed.lastIndexOf('\n') + 1);
  if (lastLine.includes('--')) return `${trimmed}\n;`;
  return trimmed.endsWith(';') ? trimmed : `${trimmed};`;
}

function asLines(parts: readonly string[]): string {
  return `${parts.filter((each) => each !== '').join('\n')}\n`;
}
