import { DatabaseError } from '../../core/errors/database-errors.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import { quoteIdentifier } from '../../core/sql/text/quote.js';
import type { PgConnection } from './pg-connection.js';
import { asScript } from './script.js';
import { queryError, serverErrorOf } from './server-error.js';

/** The role that migrations act as; undefined for the login role. */
export type ActingRole = string | undefined;

/** Switches the role for one transaction or message, so even behind a pooler no other client inherits it. */
export function actingAs(role: ActingRole): string[] {
  return role === undefined ? [] : [`SET LOCAL ROLE ${quoteIdentifier(role)}`];
}

/** A statement in a separate message, run as the role. */
export function asRole(role: ActingRole, statement: string): string {
  return [...actingAs(role), statement].join('; ');
}

/** Like {@link actingAs}, for the rest of a session of our own. */
export function actingAsInSession(role: ActingRole): string[] {
  return role === undefined ? [] : [`SET ROLE ${quoteIdentifier(role)}`];
}

/** `invalidParameterValue` means that the role does not exist. */
const NOT_ALLOWED: readonly string[] = [SQLSTATE.insufficientPrivilege, SQLSTATE.invalidParameterValue];

/** True if an error may come from switching to the role rather than from the statement itself. */
export function mayConcernRole(role: ActingRole, error: unknown): boolean {
  return role !== undefined && NOT_ALLOWED.includes(serverErrorOf(error)?.sqlstate ?? '');
}

/** The quoted name of the current role, for remedies. */
export async function actingRoleName(connection: PgConnection, role: ActingRole): Promise<string> {
  return role === undefined ? roleName(connection, 'current_user') : quoteIdentifier(role);
}

async function roleName(connection: PgConnection, which: 'current_user' | 'session_user'): Promise<string> {
  const [row] = await connection.query(`SELECT ${which} AS name`);
  return quoteIdentifier(row?.['name'] ?? '');
}

/** @throws DatabaseError with the GRANT to run, if the login role cannot switch to the role. */
export async function assertRole(connection: PgConnection, role: ActingRole): Promise<void> {
  if (role === undefined) return;
  const { error } = await connection.run(asScript(['BEGIN', ...actingAs(role)]));
  await connection.run('ROLLBACK');
  if (!error) return;
  const server = serverErrorOf(error);
  if (!server || !NOT_ALLOWED.includes(server.sqlstate)) throw queryError(`switching to the role ${role}`, error);
  const [name, login] = [quoteIdentifier(role), await roleName(connection, 'session_user')];
  const hint = `As an administrator: CREATE ROLE ${name}; if it does not exist, then GRANT ${name} TO ${login};`;
  throw new DatabaseError(`Migrations cannot act as the role ${role} (option role)`, { ...server, hint });
}
