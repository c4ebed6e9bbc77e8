import { quoteLiteral } from '../../core/sql/text/quote.js';
import { tenantsTable } from '../../core/target/history-scope.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { COMPANION_NAMES, COMPANIONS, nameOfCompanion } from './tables.js';

/** The file after which the session is named; null outside non-transactional migrations. */
const RUNNING_FILE = `substring(current_setting('application_name') FROM '.*: (.+)$')`;

/** True if a migration that is running, in the table `h`, ran the command. */
const RAN_IT = `h.running AND (h.xmin = pg_current_xact_id()::xid OR starts_with(h.migration_file, ${RUNNING_FILE}))`;

/** In a function that runs as its owner, the role of the caller is available only in the setting `role`. */
export const CALLER = `coalesce(nullif(current_setting('role'), 'none'), session_user)`;

/** SQL for an event trigger: returns early if a migration ran the command. */
export function returnForMigrations(history: TableName): string {
  return `
  IF EXISTS (SELECT FROM ${qualifiedName(history)} h WHERE ${RAN_IT}) THEN
    RETURN;
  END IF;${returnForTenants(history)}${returnForOwnHistories(history)}${returnForProvisioning(history)}`;
}

/**
 * The shared history of tenants may not exist yet, and may have very many rows: it is read only for a session that is
 * named after a file, or if the server does not count writes.
 */
function returnForTenants(history: TableName): string {
  const table = qualifiedName(tenantsTable(history));
  const oid = `to_regclass(${quoteLiteral(table)})`;
  return `
  IF ${oid} IS NOT NULL THEN
    IF pg_stat_get_xact_tuples_inserted(${oid}) > 0 THEN
      RETURN;
    ELSIF ${RUNNING_FILE} IS NOT NULL OR NOT current_setting('track_counts')::boolean THEN
      IF EXISTS (SELECT FROM ${table} h WHERE ${RAN_IT}) THEN
        RETURN;
      END IF;
    END IF;
  END IF;`;
}

/**
 * Tenants may have histories of their own, in their schemas, under the same name. Only the owner of this history can have
 * made one that counts. Several thousand are read only if nothing else decides, the latest first.
 */
function returnForOwnHistories(history: TableName): string {
  return `
  FOR own_history, has_written IN
    SELECT c.oid::regclass, pg_stat_get_xact_tuples_inserted(c.oid) > 0
      FROM pg_class c WHERE c.relname = ${quoteLiteral(history.table)} AND c.relkind = 'r' AND ${ownerOf('c')} = ${CALLER}
       AND c.oid <> ${regclass(history)} AND c.relowner = (SELECT relowner FROM pg_class WHERE oid = ${regclass(history)})
       AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('migration_file', 'running')) = 2
     ORDER BY 2 DESC, c.oid DESC
  LOOP
    IF has_written THEN
      RETURN;
    END IF;
    EXIT WHEN ${RUNNING_FILE} IS NULL AND current_setting('track_counts')::boolean;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s h WHERE %s)', own_history, ${quoteLiteral(RAN_IT)}) INTO has_written;
    IF has_written THEN
      RETURN;
    END IF;
  END LOOP;`;
}

/** Variables of {@link returnForMigrations}. */
export const VARIABLES = `
DECLARE
  own_history regclass;
  has_written boolean;`;

/** A schema for a tenant is created before its history can be written, but after the entry in the audit. */
function returnForProvisioning(history: TableName): string {
  const audit = qualifiedName(nameOfCompanion(history, 'audit'));
  return `
  IF tg_tag = 'CREATE SCHEMA' AND to_regclass(${quoteLiteral(audit)}) IS NOT NULL THEN
    IF EXISTS (SELECT FROM ${audit} a WHERE a.action = 'provision' AND a.xmin = pg_current_xact_id()::xid) THEN
      RETURN;
    END IF;
  END IF;`;
}

/** A condition on the objects that an event trigger sees: they are the history and what is named after it. */
export function isOwnObject(history: TableName): string {
  const names = [history.schema, history.table].map(quoteLiteral).join(', ');
  const prefix = `rtrim(quote_ident(schema_name) || '.' || quote_ident(${quoteLiteral(history.table)}), '"')`;
  const suffixes = COMPANION_NAMES.map((name) => COMPANIONS[name].suffix).join('|');
  const rest = `substr(object_identity, length(${prefix}) + 1)`;
  const known = `${rest} ~ '^(_(${suffixes}))?(_\\w*(pkey|key|idx|seq))?("|\\.|$)'`;
  const ofTenant = `${CALLER} = (SELECT ${ownerOf('h')} FROM pg_class h WHERE h.oid = ${regclass(history)}) AND starts_with(object_identity, ${prefix}) AND ${known}`;
  return `(starts_with(object_identity, rtrim(format('%I.%I', ${names}), '"')) OR ${ofTenant})`;
}

function ownerOf(table: string): string {
  return `pg_get_userbyid(${table}.relowner)`;
}

function regclass(history: TableName): string {
  return `${quoteLiteral(qualifiedName(history))}::regclass`;
}
