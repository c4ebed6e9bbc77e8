import { UnknownMigrationError } from '../../core/errors/input-errors.js';
import { stepInDoubt } from '../../core/history/history.js';
import type { MigratorParts } from '../run/parts.js';
import { changeHistory, type ChangeOptions } from './change-history.js';

/** The outcome of a statement in doubt: it took effect (`done`), or it did not and must run `again`. */
export type StepOutcome = 'done' | 'again';

/** Records the outcome of a step in doubt. @returns its statement. @throws UnknownMigrationError */
export function resolve(
  parts: MigratorParts,
  file: string,
  outcome: StepOutcome,
  options: ChangeOptions,
): Promise<string> {
  return changeHistory(parts, options, ({ statuses }) => {
    const row = statuses.find((status) => status.row?.file === file)?.row;
    const next = stepInDoubt(row);
    if (!next) throw new UnknownMigrationError(`No step of ${file} is in doubt.`);
    return {
      changes: [{ kind: 'resolve', file, statement: next.statement, outcome }],
      note: { action: 'resolve', files: [file], details: { outcome } },
      result: next.statement,
    };
  });
}
