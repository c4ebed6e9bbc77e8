import { quoteIdentifier, quoteLiteral } from '../../core/sql/text/quote.js';

/** Settings whose value is a list: quoted as a whole, it would be a list with one element. */
const LISTS = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

/** A setting of a database. */
export interface Setting {
  /** Null for `ALTER DATABASE … SET`, else the role of `ALTER ROLE … IN DATABASE … SET`. */
  readonly role: string | null;
  /** `name=value`. */
  readonly setting: string;
}

/** Selects the settings of a database, which are not copied with a template: the columns of {@link Setting}. */
export function selectSettingsSql(database: string): string {
  return (
    'SELECT r.rolname AS role, pg_catalog.unnest(s.setconfig) AS setting FROM pg_catalog.pg_db_role_setting s ' +
    'JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole ' +
    `WHERE d.datname = ${quoteLiteral(database)} AND (s.setrole = 0::pg_catalog.oid OR r.oid IS NOT NULL)`
  );
}

/** The statement that applies such a setting to a database. */
export function settingStatement(database: string, { role, setting }: Setting): string {
  const at = setting.indexOf('=');
  const [name, value] = [setting.slice(0, at), setting.slice(at + 1)];
  const quotedName = name.split('.').map(quoteIdentifier).join('.');
  const quotedValue = LISTS.has(name) ? listItems(value).map(quoteLiteral).join(', ') : quoteLiteral(value);
  const place = `DATABASE ${quoteIdentifier(database)}`;
  const subject = role === null ? place : `ROLE ${quoteIdentifier(role)} IN ${place}`;
  return `ALTER ${subject} SET ${quotedName} TO ${quotedValue || "''"}`;
}

/** `"$user"` and `public` of `"$user", public`. */
function listItems(value: string): string[] {
  return [...value.matchAll(/"((?:[^"]|"")*)"|[^,\s]+/g)].map(([text, inner]) => inner?.replaceAll('""', '"') ?? text);
}
