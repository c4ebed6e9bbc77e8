import { EVENT_TRIGGER_PREFIX } from '../catalog/queries/object-query.js';
import { createHash } from 'node:crypto';
import type { DdlEntry } from '../../core/history/ddl-audit.js';
import { quoteBody, quoteLiteral } from '../../core/sql/text/quote.js';
import { companionTable, displayName, qualifiedName, type TableName } from '../../core/target/table.js';
import type { Row } from '../connection/script.js';
import { CALLER, isOwnObject, isOwnObjectOfTenant, returnForMigrations } from './ddl-recognition.js';

/** Commands of others wait no longer for the locks. Less than the default `deadlock_timeout`, so they do not fail with a deadlock. */
const LOCK_TIMEOUT_MS = 500;

/** The table with what the event triggers recorded. A superuser owns it, so that nobody else can change it. */
export function ddlTable(history: TableName): TableName {
  return companionTable(history, 'ddl');
}

/** Event triggers have no schema, so their names must be unique per history. */
function eventTriggers(history: TableName): { readonly end: string; readonly drop: string } {
  const id = createHash('sha256').update(qualifiedName(history)).digest('hex').slice(0, 8);
  return { end: `${EVENT_TRIGGER_PREFIX}_ddl_${id}`, drop: `${EVENT_TRIGGER_PREFIX}_drop_${id}` };
}

/** Installs the DDL audit, or upgrades it. Rows are kept. Needs a superuser. The function is new, so the superuser owns it. */
export function enableDdlAuditSql(history: TableName): string[] {
  const table = qualifiedName(ddlTable(history));
  const { end, drop } = eventTriggers(history);
  return [
    // Otherwise an operator or a function in a schema on the superuser's path could match better than the built-in one.
    'SET LOCAL search_path = pg_catalog, pg_temp',
    ...disableDdlAuditSql(history),
    refuseForeignTable(history),
    `CREATE TABLE IF NOT EXISTS ${table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ` +
      'at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(), role text NOT NULL, login text NOT NULL, ' +
      'application text NOT NULL, address text, command text NOT NULL, object_type text, object text, dropped boolean NOT NULL)',
    `COMMENT ON TABLE ${table} IS 'Schema changes outside migrations. Rows are only added.'`,
    grantToOwner(history),
    `CREATE FUNCTION ${table}() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER ` +
      `SET search_path = pg_catalog, pg_temp SET lock_timeout = '${LOCK_TIMEOUT_MS}ms' AS ${quoteBody(recordingBody(history))}`,
    `REVOKE ALL ON FUNCTION ${table}() FROM PUBLIC`,
    `CREATE EVENT TRIGGER ${end} ON ddl_command_end EXECUTE FUNCTION ${table}()`,
    `CREATE EVENT TRIGGER ${drop} ON sql_drop EXECUTE FUNCTION ${table}()`,
    refuseForeignSchema(history),
  ];
}

/** Removes the event triggers and their function. What they recorded is kept. */
export function disableDdlAuditSql(history: TableName): string[] {
  return [...dropTriggers(history), `DROP FUNCTION IF EXISTS ${qualifiedName(ddlTable(history))}()`];
}

function dropTriggers(history: TableName): string[] {
  return Object.values(eventTriggers(history)).map((name) => `DROP EVENT TRIGGER IF EXISTS ${name}`);
}

/** Whoever can read the history can read this, at least its owner. */
function grantToOwner(history: TableName): string {
  const grant = `format('GRANT SELECT ON %s TO %I', ${quoteLiteral(qualifiedName(ddlTable(history)))}, pg_get_userbyid(relowner))`;
  return `DO ${quoteBody(
    `BEGIN EXECUTE (SELECT ${grant} FROM pg_catalog.pg_class WHERE oid = ${quoteLiteral(qualifiedName(history))}::pg_catalog.regclass); END`,
  )}`;
}

/** Its owner could have put triggers on it, which would run with the rights of whoever enables the audit. */
function refuseForeignTable(history: TableName): string {
  const name = displayName(ddlTable(history));
  const message = quoteLiteral(`${name} belongs to a role that could change what is recorded. Rename or drop it.`);
  return `DO ${quoteBody(`BEGIN
  ${holdSchema(history)}
  IF pg_catalog.to_regclass(${quoteLiteral(qualifiedName(ddlTable(history)))}) IS NOT NULL AND NOT ${isTrustedTable(history)} THEN
    RAISE EXCEPTION USING MESSAGE = ${message}, ERRCODE = 'wrong_object_type';
  END IF;
END`)}`;
}

/**
 * The owner of the schema may replace the table, and what is written to a table runs its triggers. Until the end of the
 * transaction, the names of the schema and of the locked table stay what they are. Only a superuser can lock the schema, see {@link isSafeSchema}. A row that was renamed meanwhile is not locked.
 */
function holdSchema({ schema }: TableName): string {
  return `IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    PERFORM FROM pg_catalog.pg_namespace WHERE nspname = ${quoteLiteral(schema)} FOR KEY SHARE;
    IF NOT FOUND THEN
      RAISE EXCEPTION USING MESSAGE = ${quoteLiteral(`the schema ${schema} was renamed or dropped`)}, ERRCODE = 'invalid_schema_name';
    END IF;
  END IF;`;
}

/** After everything that needs special rights: a role without them is to learn that first. */
function refuseForeignSchema(history: TableName): string {
  const { schema } = history;
  const message = `The owner of the schema ${schema} could put another table in place of ${displayName(ddlTable(history))}. Without a superuser, the role that enables the DDL audit must own the schema.`;
  return `DO ${quoteBody(`BEGIN
  IF NOT ${isSafeSchema(history)} THEN
    RAISE EXCEPTION USING MESSAGE = ${quoteLiteral(message)}, ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
END`)}`;
}

/** A role that cannot lock the name of the schema has to trust its owner. `pg_database_owner` stands for another role. */
function isSafeSchema({ schema }: TableName): string {
  return `((SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) OR EXISTS (
    SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
      JOIN pg_catalog.pg_roles o ON o.oid = CASE pg_catalog.pg_get_userbyid(n.nspowner) WHEN 'pg_database_owner' THEN d.datdba ELSE n.nspowner END
     WHERE n.nspname = ${quoteLiteral(schema)} AND (o.rolname = current_user OR o.rolsuper)))`;
}

/** Nobody with fewer rights than the current role can have changed the table. */
function isTrustedTable(history: TableName): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles o ON o.oid = c.relowner
    WHERE c.oid = pg_catalog.to_regclass(${quoteLiteral(qualifiedName(ddlTable(history)))}) AND c.relkind = 'r' AND (o.rolname = current_user OR o.rolsuper))`;
}

/** Records what a command did, unless a migration ran it. Errors never make the command fail. Locks are taken only to record something. */
function recordingBody(history: TableName): string {
  const table = qualifiedName(ddlTable(history));
  const common = `d.schema_name IS DISTINCT FROM 'pg_temp' AND ${isOwnObject(history)} IS NOT TRUE`;
  const gone = `pg_event_trigger_dropped_objects() d WHERE d.original AND NOT d.is_temporary AND ${common}`;
  const changed = `pg_event_trigger_ddl_commands() d WHERE NOT d.in_extension AND ${common} AND NOT ${isOwnObjectOfTenant(history)}`;
  const insert = (dropped: boolean, tag: string, from: string): string =>
    `INSERT INTO ${table} (role, login, application, address, command, object_type, object, dropped) ` +
    `SELECT ${CALLER}, session_user, current_setting('application_name'), ` +
    `host(inet_client_addr()), ${tag}, d.object_type, d.object_identity, ${dropped} FROM ${from}`;
  return `
BEGIN${returnForMigrations(history)}
  IF tg_event = 'sql_drop' THEN
    IF NOT EXISTS (SELECT FROM ${gone}) THEN RETURN; END IF;
  ELSIF NOT EXISTS (SELECT FROM ${changed}) THEN
    RETURN;
  END IF;
  ${holdSchema(history)}
  LOCK TABLE ONLY ${table} IN ROW EXCLUSIVE MODE;
  IF NOT (${isTrustedTable(history)} AND ${isSafeSchema(history)}) THEN
    RAISE EXCEPTION 'the table % or its schema belongs to another role', ${quoteLiteral(table)};
  END IF;
  IF tg_event = 'sql_drop' THEN
    ${insert(true, 'tg_tag', gone)};
  ELSE
    ${insert(false, 'd.command_tag', changed)};
  END IF;
EXCEPTION WHEN OTHERS THEN
  RAISE LOG 'The DDL audit of nestjs-pg-migrations could not record a command: %', SQLERRM;
END`;
}

/** Selects all entries, or those since a time. */
export function selectDdlSql(history: TableName, since?: Date): string {
  const condition = since === undefined ? '' : ` WHERE at >= ${quoteLiteral(since.toISOString())}`;
  return (
    'SELECT id, extract(epoch FROM at) AS at, role, login, application, address, command, object_type, object, dropped ' +
    `FROM ${qualifiedName(ddlTable(history))}${condition} ORDER BY id`
  );
}

/** An entry from a row of {@link selectDdlSql}. */
export function toDdlEntry(row: Row): DdlEntry {
  return {
    id: Number(row['id']),
    at: new Date(Number(row['at']) * 1000),
    role: row['role'] ?? '',
    login: row['login'] ?? '',
    application: row['application'] ?? '',
    address: row['address'] ?? null,
    command: row['command'] ?? '',
    objectType: row['object_type'] ?? null,
    object: row['object'] ?? null,
    dropped: row['dropped'] === 't',
  };
}
