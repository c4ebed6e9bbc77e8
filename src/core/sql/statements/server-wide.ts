import type { CopyStmt, Node } from '@pgsql/types';

/** Commands that change the server, or another database, whatever database they run in. */
const SERVER_WIDE: Readonly<Record<string, string>> = {
  CreateRoleStmt: 'CREATE ROLE',
  AlterRoleStmt: 'ALTER ROLE',
  AlterRoleSetStmt: 'ALTER ROLE … SET',
  DropRoleStmt: 'DROP ROLE',
  GrantRoleStmt: 'GRANT or REVOKE of a role',
  DropOwnedStmt: 'DROP OWNED',
  ReassignOwnedStmt: 'REASSIGN OWNED',
  CreatedbStmt: 'CREATE DATABASE',
  DropdbStmt: 'DROP DATABASE',
  AlterDatabaseStmt: 'ALTER DATABASE',
  AlterDatabaseSetStmt: 'ALTER DATABASE … SET',
  AlterDatabaseRefreshCollStmt: 'ALTER DATABASE … REFRESH COLLATION VERSION',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  AlterTableSpaceOptionsStmt: 'ALTER TABLESPACE',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  AlterSystemStmt: 'ALTER SYSTEM',
};

/** Commands that connect to another server and change it. */
const REPLICATING: Readonly<Record<string, string>> = {
  CreateSubscriptionStmt: 'CREATE SUBSCRIPTION',
  AlterSubscriptionStmt: 'ALTER SUBSCRIPTION',
  DropSubscriptionStmt: 'DROP SUBSCRIPTION',
};

const SHARED_OBJECTS: readonly string[] = ['OBJECT_DATABASE', 'OBJECT_ROLE', 'OBJECT_TABLESPACE'];

/** A command whose effect is not limited to its database. */
export interface FarReachingCommand {
  readonly name: string;
  /** True if it changes a server other than its own. */
  readonly isRemote: boolean;
}

/** Undefined if, judging by its syntax, a statement affects only its own database. */
export function farReachingCommand(node: Node | undefined): FarReachingCommand | undefined {
  const [kind = '', statement] = Object.entries(node ?? {})[0] ?? [];
  const remote = REPLICATING[kind];
  if (remote !== undefined) return { name: remote, isRemote: true };
  const name = SERVER_WIDE[kind] ?? onSharedObject(kind, statement) ?? copyOnServer(kind, statement);
  return name === undefined ? undefined : { name, isRemote: false };
}

/** Reading a file of the server changes nothing outside the database. */
function copyOnServer(kind: string, statement: unknown): string | undefined {
  if (kind !== 'CopyStmt') return undefined;
  const { filename, is_program: isProgram = false, is_from: isFrom = false } = statement as CopyStmt;
  if (isProgram) return 'COPY with a program of the server';
  return filename !== undefined && !isFrom ? 'COPY TO a file of the server' : undefined;
}

/** `COMMENT ON DATABASE app`, `ALTER ROLE a RENAME TO b`, `GRANT CONNECT ON DATABASE app`. */
function onSharedObject(kind: string, statement: unknown): string | undefined {
  const { objtype, renameType, objectType } = (statement ?? {}) as Readonly<Record<string, string | undefined>>;
  const type = objtype ?? renameType ?? objectType ?? '';
  if (type === 'OBJECT_PARAMETER_ACL') return 'GRANT or REVOKE on a parameter of the server';
  if (!SHARED_OBJECTS.includes(type)) return undefined;
  return `${COMMANDS[kind] ?? 'a command'} on a ${type.slice('OBJECT_'.length).toLowerCase()}`;
}

const COMMANDS: Readonly<Record<string, string>> = {
  CommentStmt: 'COMMENT',
  SecLabelStmt: 'SECURITY LABEL',
  GrantStmt: 'GRANT or REVOKE',
  RenameStmt: 'ALTER … RENAME',
  AlterOwnerStmt: 'ALTER … OWNER',
};
