import { recordableSource } from '../../core/history/source.js';
import type { Migration } from '../../core/migration/migration.js';
import { actingAs } from '../connection/acting-role.js';
import type { ExecutionContext, TransactionalTask } from '../execution/execution-context.js';
import { part, type Part } from '../execution/message.js';
import { canShareMessage } from './surroundings.js';

type SourceContext = Pick<ExecutionContext, 'target' | 'records' | 'marker'>;

/** Waiting for the disk takes as long as a small file. Set at the end of a transaction, where no file sees it. */
export const WITHOUT_WAITING = 'SET LOCAL synchronous_commit = off';

/** Bodies are separated from their surroundings by line feeds, and end in a semicolon on its own line. */
const FRAME = { before: '\n', after: '\n;\n' };

/** Encloses a body in a comment mark if its source is what is sent; other bodies stay unmarked. */
export function markAround(context: SourceContext, task: TransactionalTask): Part[] {
  if (!context.records.sources || !isRecordedAsSent(task)) return [];
  return [{ kind: 'mark', text: markOf(context), commands: 0 }];
}

/** Records the sources that marks enclose in the same message, if there are any. */
export function recordSent(context: SourceContext, parts: readonly Part[]): Part[] {
  const { records, target } = context;
  if (!records.sources || !parts.some(({ kind }) => kind === 'mark')) return [];
  const insert = records.sources.sent(markOf(context), FRAME);
  return [part('sources', ['BEGIN', WITHOUT_WAITING, ...actingAs(target.role), insert, 'COMMIT'])];
}

/**
 * Records the end of the run, in a separate transaction, so that an error does not undo a migration.
 *
 * @param unmarked migrations whose source differs from the SQL that is sent.
 */
export function endOfRun({ records, target }: SourceContext, unmarked: readonly Migration[]): Part[] {
  const { sources } = records;
  const statements = [...records.end(), ...(sources ? [...sources.of(unmarked), sources.missing] : [])];
  return statements.length === 0
    ? []
    : [part('end', ['BEGIN', WITHOUT_WAITING, ...actingAs(target.role), ...statements, 'COMMIT'])];
}

/** Random, so that no file contains it. */
function markOf({ marker }: SourceContext): string {
  return `/*${marker.slice(0, 8)}*/`;
}

/** True if the body is identical to the source to record, and shares a message. */
function isRecordedAsSent(task: TransactionalTask): boolean {
  const { body, migration } = task.program;
  return canShareMessage(task) && body === migration.text && recordableSource(migration) === body;
}
