import { RefusedError, type Refusal } from '../core/errors.js';
import type { Program } from '../core/program.js';
import type { ActingRole } from './acting-role.js';
import { locateInFile } from '../core/source-text.js';
import { firstSessionStep } from '../core/sql/session-state.js';

/** @throws RefusedError for files that run in steps and need one session for all of them. */
export function refuseSessionState(programs: readonly Program[], role: ActingRole): void {
  const refusals = sessionRefusals(programs, role);
  if (refusals.length > 0) throw new RefusedError(refusals);
}

/** What a pooler in transaction mode cannot give. */
export function sessionRefusals(programs: readonly Program[], role: ActingRole): Refusal[] {
  return programs.flatMap((program): Refusal[] => {
    if (program.kind !== 'stepwise') return [];
    const setting = firstSessionStep(program.steps);
    const outside = program.steps.find(({ kind }) => kind === 'autocommit');
    const reason = setting ? ONE_SESSION : outside && reasonOutside(program, role);
    const step = setting ?? outside;
    if (!step || !reason) return [];
    const { line, column } = locateInFile(program.migration, program.source, step.start);
    return [{ file: program.migration.file, line, column, reason }];
  });
}

/** What a statement outside of a transaction cannot be given there. */
function reasonOutside({ timeouts }: Program, role: ActingRole): string | undefined {
  if (role !== undefined) return NO_ROLE;
  return timeouts.lockTimeout !== undefined || timeouts.statementTimeout !== undefined ? NO_LIMIT : undefined;
}

const NO_LIMIT =
  'this runs outside of a transaction, so behind a pooler in transaction mode the limits that the file sets for itself do not hold for it. ' +
  'Give the option migrateWith a direct connection';

const NO_ROLE =
  'this runs outside of a transaction, so behind a pooler in transaction mode it cannot act as the role of the option role. ' +
  'Give the option migrateWith a direct connection';

const ONE_SESSION =
  'this is for the session, the file runs in steps, and a pooler in transaction mode gives each step another session. ' +
  'Give the option migrateWith a direct connection';
