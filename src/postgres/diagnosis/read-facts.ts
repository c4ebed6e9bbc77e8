import { HistoryScope } from '../../core/target/history-scope.js';
import { MigrationError } from '../../core/errors/migration-error.js';
import type { DatabaseFacts, Pooling } from '../../core/doctor/facts.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { displayName, type TableName } from '../../core/target/table.js';
import { assertRole, type ActingRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { ReadConnections } from '../connection/read-connections.js';
import { asScript } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';
import { SessionFacts } from '../connection/server-facts.js';
import { assertRights } from '../history/install.js';
import { assertHistoryTable, readShape, type TableShape } from '../history/table-shape.js';
import { OBJECT_VERSIONS } from '../history/versions.js';
import { lockKey, readLockHolder } from '../lock/lock.js';

/** What to examine. */
interface Subject {
  readonly table: TableName;
  readonly role: ActingRole;
  readonly searchPath: readonly string[] | undefined;
}

/** Reads what a run depends on, without locking, creating or writing anything. @throws MigrationError */
export async function readFacts(connections: ReadConnections, subject: Subject): Promise<DatabaseFacts> {
  return connections.use(async (connection) => {
    const { table, role } = subject;
    const { database, version, standby, readOnly, pooled } = await new SessionFacts(connection).get();
    const roleProblem = await problemOf(() => assertRole(connection, role));
    // Privileges of a role that does not exist cannot be read.
    const shape = await readShape(connection, new HistoryScope(table), roleProblem ? undefined : role);
    const problems = [
      roleProblem,
      await problemOf(() => assertHistoryTable(shape, table)),
      await problemOf(() => assertRights(shape, table)),
    ];
    const { isEncrypted, isLocal } = connection;
    return {
      database,
      role: shape.role,
      version,
      isEncrypted,
      isLocal,
      standby,
      readOnly,
      pooling: pooled ? await readPooling(connection, connections) : 'none',
      ...(await readPrivileges(connection, shape, subject)),
      holder: await readLockHolder(connection, lockKey(database, table)),
      problems: problems.filter((problem) => problem !== undefined),
    };
  });
}

async function problemOf(work: () => void | Promise<void>): Promise<MigrationError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof MigrationError) return error;
    throw error;
  }
}

async function readPrivileges(
  connection: PgConnection,
  shape: TableShape,
  { table, searchPath }: Subject,
): Promise<Pick<DatabaseFacts, 'creationSchema' | 'history'>> {
  const role = `${quoteLiteral(shape.role)}::pg_catalog.name`;
  const wanted = searchPath?.map(quoteLiteral).join(', ');
  // The first schema of the search path that exists.
  const schema = wanted
    ? `(SELECT w.name FROM pg_catalog.unnest(ARRAY[${wanted}]) WITH ORDINALITY AS w (name, at)
         JOIN pg_catalog.pg_namespace n ON n.nspname = w.name ORDER BY w.at LIMIT 1)`
    : 'pg_catalog.current_schema()::text';
  const query = `SELECT s.name AS schema, pg_catalog.has_schema_privilege(${role}, s.name, 'CREATE') AS may_create,
      pg_catalog.has_database_privilege(${role}, pg_catalog.current_database(), 'CREATE') AS may_create_schema
    FROM (SELECT ${schema} AS name) AS s`;
  const [row] = await connection.query(query).catch((error: unknown) => {
    throw queryError('reading privileges', error);
  });
  const name = row?.['schema'];
  return {
    creationSchema: name == null ? null : { name, mayCreate: row?.['may_create'] === 't' },
    history: {
      schema: table.schema,
      name: displayName(table),
      schemaExists: shape.schemaExists,
      tableExists: shape.kind !== null,
      mayCreateSchema: row?.['may_create_schema'] === 't',
      mayCreateTable: shape.mayCreate,
      outdated: OBJECT_VERSIONS.filter((version) => version.companion === undefined && !version.isInstalled(shape)).map(
        ({ summary }) => summary,
      ),
    },
  };
}

/**
 * While the first connection stays open, a second one begins a transaction. If it gets the backend of the first one, or
 * the first one gets another backend afterwards, the pooler assigns backends to transactions.
 */
async function readPooling(first: PgConnection, connections: ReadConnections): Promise<Pooling> {
  const before = await backendOf(first);
  const isShared = await connections.useAnother(async (second) => {
    const other = await backendOf(second, 'BEGIN READ ONLY');
    const after = other === before ? other : await backendOf(first);
    await second.query('ROLLBACK');
    return other === before || after !== before;
  });
  return isShared ? 'transaction' : 'unclear';
}

async function backendOf(connection: PgConnection, ...before: string[]): Promise<string> {
  const [row] = await connection.query(asScript([...before, 'SELECT pg_catalog.pg_backend_pid() AS pid']));
  return row?.['pid'] ?? '';
}
