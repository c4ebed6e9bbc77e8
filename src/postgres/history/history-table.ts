import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { HistoryTableError } from '../../core/errors/errors.js';
import { quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';
import { displayName, qualifiedName, type TableName } from '../../core/target/table.js';
import { addColumnSql, HISTORY_COLUMNS, KEY_COLUMN } from './history-columns.js';
import { isPassing, pauseMs } from '../connection/passing.js';
import { actingAs, type ActingRole } from '../connection/acting-role.js';
import { asScript, querySimply } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';

/** What stands where the history table should be. */
export interface TableShape {
  readonly schemaExists: boolean;
  /** `pg_class.relkind`, null when there is nothing of that name. */
  readonly kind: string | null;
  readonly columns: readonly string[];
  /** True when a unique index on `migration_file` alone can carry our claims. */
  readonly hasKey: boolean;
}

export async function readShape(client: ClientBase, { schema, table }: TableName): Promise<TableShape> {
  const [row] = await querySimply<{ schema_exists: boolean; kind: string | null; columns: string[]; has_key: boolean }>(
    client,
    `SELECT n.oid IS NOT NULL AS schema_exists, c.relkind::text AS kind,
            ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
                   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
            EXISTS (SELECT FROM pg_catalog.pg_index i
                      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                     WHERE i.indrelid = c.oid AND a.attname = '${KEY_COLUMN}' AND i.indnkeyatts = 1
                       AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL) AS has_key
       FROM (SELECT 1) AS one
       LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = ${quoteLiteral(schema)}
       LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = ${quoteLiteral(table)}`,
  );
  if (!row) throw new Error('the catalog query returned no row');
  return { schemaExists: row.schema_exists, kind: row.kind, columns: row.columns, hasKey: row.has_key };
}

/** @throws HistoryTableError when what stands there is not a history table. */
export function assertHistoryTable(shape: TableShape, name: TableName): void {
  if (shape.kind === null) return;
  const table = displayName(name);
  if (shape.kind !== 'r' && shape.kind !== 'p') {
    throw new HistoryTableError(
      table,
      `${table} is not a table. Choose another name with the option "table"; it was left untouched.`,
    );
  }
  if (!shape.columns.includes(KEY_COLUMN)) {
    throw new HistoryTableError(
      table,
      `${table} belongs to something else: it has no column ${KEY_COLUMN} (its columns: ${shape.columns.join(', ')}). ` +
        'Choose another name with the option "table"; it was left untouched.',
    );
  }
}

export interface PreparationSettings {
  readonly role?: ActingRole;
  /** How long a statement may wait for the table, with every read of the history queueing behind it, in ms. */
  readonly lockMs?: number;
  readonly lockRetries?: number;
  /** Ends the pauses between attempts. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Creates the table, or brings one made by hand or by an older runner up to date; rows are kept. Call it under the
 * lock.
 */
export async function prepareTable(
  client: ClientBase,
  name: TableName,
  settings: PreparationSettings = {},
  attempt = 1,
): Promise<void> {
  const { role, lockMs = 0, lockRetries = 0, signal } = settings;
  const shape = await readShape(client, name).catch((error: unknown) => {
    throw queryError('looking at the history table', error);
  });
  assertHistoryTable(shape, name);
  const statements = shape.kind === null ? creation(shape, name) : await upgrade(client, shape, name, role);
  if (statements.length === 0) return;
  try {
    await querySimply(
      client,
      asScript(['BEGIN', `SET LOCAL lock_timeout = ${lockMs}`, ...actingAs(role), ...statements, 'COMMIT']),
    );
  } catch (error) {
    await querySimply(client, 'ROLLBACK').catch(() => {});
    const server = serverErrorOf(error);
    // The lock is one per table: another history may be creating the same schema at this moment.
    const appeared = APPEARED.includes(server?.sqlstate ?? '') && attempt < 3;
    const passing = server !== undefined && isPassing(server) && attempt <= lockRetries;
    if (passing) await sleep(pauseMs(attempt), undefined, { signal }).catch(() => {});
    if ((appeared || passing) && !signal?.aborted) return prepareTable(client, name, settings, attempt + 1);
    throw preparationError(error, shape, name);
  }
}

/**
 * duplicate_schema, duplicate_table, and unique_violation in the catalog: something appeared since it was looked for.
 */
const APPEARED = ['42P06', '42P07', '23505'];

/** `CREATE … IF NOT EXISTS` needs the right to create even when the object exists: only what is missing is created. */
function creation(shape: TableShape, name: TableName): string[] {
  const columns = HISTORY_COLUMNS.map(({ name: column, type }) => `${column} ${type}`).join(', ');
  const table = qualifiedName(name);
  return [
    ...(shape.schemaExists ? [] : [`CREATE SCHEMA ${quoteIdentifier(name.schema)}`]),
    `CREATE TABLE ${table} (${columns})`,
    `COMMENT ON TABLE ${table} IS 'History of migrations. A row means applied only when error_message is null.'`,
    ...HISTORY_COLUMNS.map(
      ({ name: column, comment }) => `COMMENT ON COLUMN ${table}.${column} IS ${quoteLiteral(comment)}`,
    ),
  ];
}

async function upgrade(client: ClientBase, shape: TableShape, name: TableName, role: ActingRole): Promise<string[]> {
  const missing = HISTORY_COLUMNS.filter((column) => !shape.columns.includes(column.name));
  if (!shape.hasKey) await assertNoDuplicates(client, name, role);
  const actions = [...missing.map(addColumnSql), ...(shape.hasKey ? [] : [`ADD UNIQUE (${KEY_COLUMN})`])];
  return actions.length === 0 ? [] : [`ALTER TABLE ${qualifiedName(name)} ${actions.join(', ')}`];
}

async function assertNoDuplicates(client: ClientBase, name: TableName, role: ActingRole): Promise<void> {
  const duplicates = await querySimply<{ file: string | null; count: string }>(
    client,
    asScript([
      ...actingAs(role),
      `SELECT ${KEY_COLUMN} AS file, count(*) AS count FROM ${qualifiedName(name)} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 20`,
    ]),
  ).catch((error: unknown) => {
    throw queryError('looking for duplicates in the history', error);
  });
  if (duplicates.length === 0) return;
  const table = displayName(name);
  throw new HistoryTableError(
    table,
    `${table} has no key on ${KEY_COLUMN} and holds some migrations more than once: ` +
      `${duplicates.map(({ file, count }) => `${file ?? 'NULL'} (${count} rows)`).join(', ')}. ` +
      'Keep one row of each and start again; the table was left untouched.',
  );
}

function preparationError(error: unknown, shape: TableShape, name: TableName): Error {
  const table = displayName(name);
  if (serverErrorOf(error)?.sqlstate !== '42501') return queryError(`preparing the history table ${table}`, error);
  const schema = quoteIdentifier(name.schema);
  const [missing, remedy] = !shape.schemaExists
    ? [`create the schema ${name.schema}`, `CREATE SCHEMA ${schema} AUTHORIZATION <migrating role>;`]
    : shape.kind === null
      ? [`create a table in the schema ${name.schema}`, `GRANT CREATE, USAGE ON SCHEMA ${schema} TO <migrating role>;`]
      : [`upgrade ${table}, which another role owns`, `ALTER TABLE ${qualifiedName(name)} OWNER TO <migrating role>;`];
  return new HistoryTableError(
    table,
    `The migrating role has no right to ${missing}. Ask for it, or have an administrator run: ${remedy} ` +
      'Nothing was changed. The server said: ' +
      (serverErrorOf(error)?.message ?? ''),
  );
}
