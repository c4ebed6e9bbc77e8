import { RefusedError, type Refusal } from '../../core/errors/errors.js';
import type { Program } from '../../core/compile/program.js';
import type { ActingRole } from '../connection/acting-role.js';
import { locateInFile } from '../../core/compile/source-text.js';
import { firstSessionStep, locksSession } from '../../core/sql/statements/session-state.js';

/** @throws RefusedError for files that need a session of their own. */
export function refuseSessionState(programs: readonly Program[], role: ActingRole): void {
  const refusals = sessionRefusals(programs, role);
  if (refusals.length > 0) throw new RefusedError(refusals);
}

/** What a pooler in transaction mode cannot give. */
export function sessionRefusals(programs: readonly Program[], role: ActingRole): Refusal[] {
  return programs.flatMap((program): Refusal[] => {
    if (program.kind === 'transactional') return refusal(program, program.statements?.find(locksSession), LOCK);
    const setting = firstSessionStep(program.steps);
    const outside = program.steps.find(({ kind }) => kind === 'autocommit');
    const reason = setting ? ONE_SESSION : outside && reasonOutside(program, role);
    return refusal(program, setting ?? outside, reason);
  });
}

function refusal(
  { migration, source }: Program,
  place: { readonly start: number } | undefined,
  reason: string | undefined,
): Refusal[] {
  if (!place || !reason) return [];
  const { line, column } = locateInFile(migration, source, place.start);
  return [{ file: migration.file, line, column, reason }];
}

/** What a statement outside of a transaction cannot be given there. */
function reasonOutside({ timeouts }: Program, role: ActingRole): string | undefined {
  if (role !== undefined) return NO_ROLE;
  return timeouts.lockTimeout !== undefined || timeouts.statementTimeout !== undefined ? NO_LIMIT : undefined;
}

const LOCK =
  'this takes a lock for the session, and behind a pooler in transaction mode it stays with a connection that serves others next. ' +
  'Take it for the transaction, with pg_advisory_xact_lock, or give the option migrateWith a direct connection';

const NO_LIMIT =
  'this runs outside of a transaction, so behind a pooler in transaction mode the limits that the file sets for itself do not hold for it. ' +
  'Give the option migrateWith a direct connection';

const NO_ROLE =
  'this runs outside of a transaction, so behind a pooler in transaction mode it cannot act as the role of the option role. ' +
  'Give the option migrateWith a direct connection';

const ONE_SESSION =
  'this is for the session, the file runs in steps, and a pooler in transaction mode gives each step another session. ' +
  'Give the option migrateWith a direct connection';
