import { HistoryTableError } from '../../core/errors/database-errors.js';
import { finding, type Finding } from '../../core/errors/finding.js';
import { MigrationError } from '../../core/errors/migration-error.js';
import { isTransient, isUnavailable, SQLSTATE } from '../../core/errors/sqlstate.js';
import { quoteIdentifier } from '../../core/sql/text/quote.js';
import type { HistoryScope } from '../../core/target/history-scope.js';
import { displayName, qualifiedName, type TableName } from '../../core/target/table.js';
import { AFTER_TABLE_LOCK } from '../../timing/backoff.js';
import { retry } from '../../timing/retry.js';
import { actingAs, type ActingRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';
import { COMPANION_NAMES, COMPANIONS, nameOfCompanion, type CompanionName } from '../companions/tables.js';
import { KEY_COLUMN } from './columns.js';
import { assertHistoryTable, readShape, type TableShape } from './table-shape.js';
import { OBJECT_VERSIONS, type ObjectVersion } from './versions.js';

/** How to create or upgrade our objects. */
export interface InstallSettings {
  /** The role to act as. @default the login role */
  readonly role?: ActingRole;
  /** `lock_timeout`, in ms: reads of the history queue behind a waiting statement. 0 means no limit. @default 0 */
  readonly tableLockTimeoutMs?: number;
  /** The companion tables to install. @default all */
  readonly companions?: readonly CompanionName[];
  /** How often to retry after a transient error. @default 0 */
  readonly tableLockRetries?: number;
  /** False: a schema that does not exist is an error. @default true */
  readonly createsSchema?: boolean;
  /** Ends the retries. */
  readonly signal?: AbortSignal | undefined;
}

/** Created by someone else after our check: another history may be creating the same schema, or another tenant adding the same column. */
const CREATED_MEANWHILE: readonly string[] = [
  SQLSTATE.duplicateSchema,
  SQLSTATE.duplicateTable,
  SQLSTATE.duplicateColumn,
  SQLSTATE.uniqueViolation,
];
const MAX_ATTEMPTS_TO_CREATE = 3;
/** How long to wait for what can wait, in ms: claims of other tenants queue behind it. */
const PATIENCE_MS = 5_000;

/** What was installed. */
export interface Installed {
  /** The companion tables that can be written. */
  readonly companions: readonly CompanionName[];
  /** Notes about those that cannot be written. */
  readonly notes: readonly Finding[];
}

/**
 * Creates our objects, or upgrades those made by hand or by an older release. Rows are kept. Call it under the lock.
 *
 * @param known facts read from the catalog since the lock was taken. @default none
 * @throws HistoryTableError if an existing object cannot be used, or a privilege is missing.
 */
export async function install(
  connection: PgConnection,
  scope: HistoryScope,
  settings: InstallSettings = {},
  known?: Promise<TableShape>,
): Promise<Installed> {
  const { table } = scope;
  const { tableLockRetries = 0, signal } = settings;
  let shape: TableShape | undefined;
  let found = known;
  const attempt = async (): Promise<Installed> => {
    shape = await (found ?? readShape(connection, scope, settings.role));
    found = undefined;
    assertHistoryTable(shape, table);
    assertRights(shape, table);
    await upgrade(connection, scope, shape, settings);
    return installed(shape, scope.history, settings);
  };
  return retry(attempt, {
    ...AFTER_TABLE_LOCK,
    signal,
    isTransient: (error, attempts) => {
      const server = serverErrorOf(error);
      if (!server || signal?.aborted) return false;
      return isTransient(server)
        ? attempts <= tableLockRetries
        : CREATED_MEANWHILE.includes(server.sqlstate) && attempts < MAX_ATTEMPTS_TO_CREATE;
    },
  }).catch((error: unknown) => {
    throw !shape || error instanceof MigrationError ? error : installError(error, shape, table);
  });
}

/** Adds what an existing history table of an older release lacks. @throws HistoryTableError, MigrationError */
export async function upgradeOlder(
  connection: PgConnection,
  scope: HistoryScope,
  shape: TableShape,
  settings: InstallSettings,
): Promise<void> {
  const isOlder = shape.kind !== null && missingVersions(shape, []).length > 0;
  if (isOlder) await install(connection, scope, { ...settings, companions: [] }, Promise.resolve(shape));
}

async function upgrade(
  connection: PgConnection,
  scope: HistoryScope,
  shape: TableShape,
  settings: InstallSettings,
): Promise<void> {
  const { role, companions = COMPANION_NAMES, createsSchema = true } = settings;
  const known = createsSchema ? shape : { ...shape, schemaExists: true };
  const missing = missingVersions(shape, companions);
  const statementsOf = (versions: readonly ObjectVersion[]): readonly string[] =>
    versions.flatMap((version) => version.statements(scope, known));
  if (shape.kind !== null && !shape.hasKey) await assertNoDuplicates(connection, scope, role);
  const error = await commit(connection, statementsOf(missing.filter(({ canWait }) => !canWait)), settings);
  if (error) throw error;
  const { tableLockTimeoutMs = 0 } = settings;
  const patience = { ...settings, tableLockTimeoutMs: Math.min(tableLockTimeoutMs || PATIENCE_MS, PATIENCE_MS) };
  const left = await commit(connection, statementsOf(missing.filter(({ canWait }) => canWait)), patience);
  if (left && (settings.signal?.aborted || !mayBeLeft(left))) throw left;
}

/** @param companions those to install, if the role may create them. */
function missingVersions(shape: TableShape, companions: readonly CompanionName[]): readonly ObjectVersion[] {
  return OBJECT_VERSIONS.filter(
    ({ isInstalled, companion }) =>
      !isInstalled(shape) && (companion === undefined || (shape.mayCreate && companions.includes(companion))),
  );
}

/** @returns the error, in which case nothing has changed, or undefined. */
async function commit(
  connection: PgConnection,
  statements: readonly string[],
  { role, tableLockTimeoutMs = 0 }: InstallSettings,
): Promise<unknown> {
  if (statements.length === 0) return undefined;
  const limit = `SET LOCAL lock_timeout = ${tableLockTimeoutMs}`;
  const { error } = await connection.run(asScript(['BEGIN', limit, ...actingAs(role), ...statements, 'COMMIT']));
  if (error) await connection.run('ROLLBACK');
  return error;
}

/** True if the server could not do it: the table is locked or large, or the disk is full. That must not keep anybody from migrating. */
function mayBeLeft(error: unknown): boolean {
  const server = serverErrorOf(error);
  return server !== undefined && !isUnavailable(server);
}

function installed(shape: TableShape, table: TableName, { companions = COMPANION_NAMES }: InstallSettings): Installed {
  const isUsable = (name: CompanionName): boolean =>
    shape.companions[name] === 'usable' || (shape.companions[name] === 'absent' && shape.mayCreate);
  return {
    companions: companions.filter(isUsable),
    notes: companions.filter((name) => !isUsable(name)).map((name) => missingCompanion(name, shape, table)),
  };
}

function missingCompanion(name: CompanionName, { role, companions }: TableShape, table: TableName): Finding {
  const companion = nameOfCompanion(table, name);
  const to = quoteIdentifier(role);
  const grant =
    companions[name] === 'absent'
      ? `GRANT CREATE ON SCHEMA ${quoteIdentifier(table.schema)} TO ${to}`
      : `GRANT ${COMPANIONS[name].rights.join(', ')} ON ${qualifiedName(companion)} TO ${to}`;
  return finding('COMPANION_NOT_WRITABLE', { subject: displayName(companion), detail: role, actual: grant });
}

async function assertNoDuplicates(connection: PgConnection, scope: HistoryScope, role: ActingRole): Promise<void> {
  const { table, tenant } = scope;
  const query = `SELECT ${tenant ? "tenant || '/' || " : ''}${KEY_COLUMN} AS file, count(*) AS count FROM ${scope.name} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 20`;
  const duplicates = await connection.query(asScript([...actingAs(role), query])).catch((error: unknown) => {
    throw queryError('looking for duplicates in the history', error);
  });
  if (duplicates.length === 0) return;
  const name = displayName(table);
  throw new HistoryTableError(
    name,
    `${name} has no key on ${KEY_COLUMN} and holds some migrations more than once: ` +
      `${duplicates.map(({ file, count }) => `${file ?? 'NULL'} (${count} rows)`).join(', ')}. ` +
      'Keep one row of each and start again; the table was left untouched.',
  );
}

/** @throws HistoryTableError with the GRANT to run, if the role lacks privileges on the table. */
export function assertRights({ role, missingRights }: TableShape, table: TableName): void {
  if (missingRights.length === 0) return;
  const name = displayName(table);
  const rights = missingRights.join(', ');
  throw new HistoryTableError(
    name,
    `The role ${role} is missing privileges on ${name} (${rights}), so nothing could be recorded. ` +
      `Ask its owner to run: GRANT ${rights} ON ${qualifiedName(table)} TO ${quoteIdentifier(role)};`,
  );
}

function installError(error: unknown, shape: TableShape, name: TableName): Error {
  const table = displayName(name);
  const server = serverErrorOf(error);
  if (server?.sqlstate !== SQLSTATE.insufficientPrivilege)
    return queryError(`preparing the history table ${table}`, error);
  const schema = quoteIdentifier(name.schema);
  const role = quoteIdentifier(shape.role);
  const [missing, remedy] = !shape.schemaExists
    ? [`create the schema ${name.schema}`, `CREATE SCHEMA ${schema} AUTHORIZATION ${role};`]
    : shape.kind === null
      ? [`create a table in the schema ${name.schema}`, `GRANT CREATE, USAGE ON SCHEMA ${schema} TO ${role};`]
      : [`upgrade ${table}, which another role owns`, `ALTER TABLE ${qualifiedName(name)} OWNER TO ${role};`];
  return new HistoryTableError(
    table,
    `The role ${shape.role} is not allowed to ${missing}. Ask an administrator to run: ${remedy} ` +
      `Nothing was changed. The server said: ${server.message}`,
  );
}
