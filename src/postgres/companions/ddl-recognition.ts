import { quoteLiteral } from '../../core/sql/text/quote.js';
import { tenantsTable } from '../../core/target/history-scope.js';
import { MAX_NAME_BYTES } from '../../core/target/name-length.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { isLockHeldSql, isTurnHeldSql } from '../lock/lock.js';
import { NAME_SEPARATOR } from '../lock/session-name.js';
import { COMPANION_NAMES, nameOfCompanion } from './tables.js';

/*
 * The trigger function has the rights of a superuser, so it evaluates nothing that another role can define. Merely planning
 * a query on a table runs the functions in its index expressions, casts and rules. Only system catalogs are read here.
 */

const NAME = `current_setting('application_name')`;

/** In a function that runs as its owner, the role of the caller is available only in the setting `role`. */
export const CALLER = `coalesce(nullif(current_setting('role'), 'none'), session_user)`;

/** The role that logged in: a migration may choose another one. */
const LOGIN = '(SELECT usesysid FROM pg_stat_get_activity(pg_backend_pid()))';

/**
 * SQL for an event trigger: returns early if a migration ran the command. Its session is named after its file. In a
 * transaction, it has written its row; outside, it holds the migration lock or has the turn.
 */
export function returnForMigrations(history: TableName): string {
  const table = quoteLiteral(history.table);
  const owner = `(SELECT relowner FROM pg_class WHERE oid = ${oidOf(history)})`;
  const ofTenant = `c.relname = ${table} AND c.relkind = 'r' AND c.relowner = ${owner}`;
  const histories = `(c.oid IN (${oidOf(history)}, ${oidOf(tenantsTable(history))}) OR ${ofTenant})`;
  return `
  IF (${namedAfterFile()}) AND (${hasWritten(histories)} OR ${hasLock(history)}) THEN
    RETURN;
  END IF;
  IF tg_tag IN ('CREATE SCHEMA', 'DROP SCHEMA') AND ${hasWritten(`c.oid = ${oidOf(nameOfCompanion(history, 'audit'))}`)} THEN
    RETURN;
  END IF;`;
}

/** A truncated name may have lost its file. */
function namedAfterFile(): string {
  return `strpos(${NAME}, ${quoteLiteral(NAME_SEPARATOR)}) > 0 OR octet_length(${NAME}) > ${MAX_NAME_BYTES - 4}`;
}

/**
 * This transaction has a writer's lock on a table. Somebody who may not write could get that lock as well, with PREPARE.
 *
 * @param condition on the table, `pg_class c`.
 */
function hasWritten(condition: string): string {
  const lock = `l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.mode = 'RowExclusiveLock' AND l.granted`;
  return `EXISTS (SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE ${lock} AND ${condition} AND ${mayWrite('c')})`;
}

/** A lock protects only against accidents: anyone can take it. So the role must also be allowed to write the history. */
function hasLock(history: TableName): string {
  const isOurs = `l.pid = pg_backend_pid() OR l.pid IN (SELECT a.pid FROM pg_stat_get_activity(NULL) a WHERE starts_with(${NAME}, a.application_name || ${quoteLiteral(NAME_SEPARATOR)}))`;
  return `(EXISTS (SELECT FROM pg_class c WHERE c.oid = ${oidOf(history)} AND ${mayWrite('c')})
    AND (${isLockHeldSql(history, isOurs)} OR ${isTurnHeldSql(isOurs)}))`;
}

function mayWrite(table: string): string {
  const may = (role: string): string => `has_table_privilege(${role}, ${table}.oid, 'INSERT')`;
  return `(${may(LOGIN)} OR pg_has_role(${LOGIN}, ${table}.relowner, 'MEMBER') OR ${may(`${CALLER}::name`)})`;
}

/** A condition on an object that a command changed or dropped: it is the history or is named after it. */
export function isOwnObject(history: TableName): string {
  const names = [history.schema, history.table].map(quoteLiteral).join(', ');
  return `starts_with(d.object_identity, rtrim(format('%I.%I', ${names}), '"'))`;
}

/**
 * A condition on an object that a command changed: it is the history of a tenant in the schema of that tenant, or belongs
 * to it. A table that only has the same name is not.
 */
export function isOwnObjectOfTenant(history: TableName): string {
  const tables = COMPANION_NAMES.map((name) => nameOfCompanion(history, name).table);
  const names = [history.table, ...tables].map(quoteLiteral).join(', ');
  const isClass = `'pg_class'::regclass`;
  return `EXISTS (SELECT FROM pg_class main
    JOIN pg_class h ON h.relname = main.relname AND h.relowner = main.relowner AND h.relkind = 'r'
    JOIN pg_class r ON r.relnamespace = h.relnamespace AND r.relname IN (${names})
   WHERE main.oid = ${oidOf(history)} AND pg_get_userbyid(main.relowner) = ${CALLER} AND d.classid = ${isClass}
     AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = h.oid AND a.attname IN ('migration_file', 'running')) = 2
     AND r.oid = coalesce((SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = d.objid),
       (SELECT s.refobjid FROM pg_depend s JOIN pg_class q ON q.oid = s.objid AND q.relkind = 'S'
         WHERE s.classid = ${isClass} AND s.objid = d.objid AND s.refclassid = ${isClass} AND s.deptype IN ('a', 'i') LIMIT 1), d.objid))`;
}

/** Looked up when it runs; null if the table does not exist. */
function oidOf(table: TableName): string {
  return `to_regclass(${quoteLiteral(qualifiedName(table))})::oid`;
}
