import type { ClientBase } from 'pg';
import { DatabaseError } from '../../core/errors/errors.js';
import { quoteIdentifier } from '../../core/sql/text/quote.js';
import { asScript, runScript } from './script.js';
import { queryError, serverErrorOf } from './server-error.js';

/** The role that migrations act as; undefined when it is the one that logs in. */
export type ActingRole = string | undefined;

/**
 * Statements for the beginning of a transaction, or of a message of several statements, that is to act as another role
 * than the one that logs in. They end with it, so nobody else is left with that role, behind a pooler neither.
 */
export function actingAs(role: ActingRole): string[] {
  return role === undefined ? [] : [`SET LOCAL ROLE ${quoteIdentifier(role)}`];
}

/** The same for a session of our own. */
export function actingAsInSession(role: ActingRole): string[] {
  return role === undefined ? [] : [`SET ROLE ${quoteIdentifier(role)}`];
}

/** insufficient_privilege, and invalid_parameter_value for a role that does not exist. */
const NOT_ALLOWED = ['42501', '22023'];

/** True when an error may come from taking on the role, and not from what was done in it. */
export function mayConcernRole(role: ActingRole, error: unknown): boolean {
  return role !== undefined && NOT_ALLOWED.includes(serverErrorOf(error)?.sqlstate ?? '');
}

/** @throws DatabaseError that says what to grant, when the role cannot be taken on. */
export async function assertRole(client: ClientBase, role: ActingRole): Promise<void> {
  if (role === undefined) return;
  const { error } = await runScript(client, asScript(['BEGIN', ...actingAs(role)]));
  await runScript(client, 'ROLLBACK');
  if (!error) return;
  const server = serverErrorOf(error);
  if (!server || !NOT_ALLOWED.includes(server.sqlstate)) throw queryError(`taking on the role ${role}`, error);
  const name = quoteIdentifier(role);
  const hint = `As an administrator: CREATE ROLE ${name}; if it does not exist, then GRANT ${name} TO <role that logs in>;`;
  throw new DatabaseError(`Migrations cannot act as the role ${role} (option role)`, { ...server, hint });
}
