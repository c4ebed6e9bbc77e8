import { quoteLiteral } from '../../../core/sql/text/quote.js';
import { selectSettingsSql, type Setting } from '../../connection/database-settings.js';
import type { PgConnection } from '../../connection/pg-connection.js';

/** The properties that a scratch database shares with the live one. */
export interface LiveFacts {
  /** `server_version_num` */
  readonly serverVersion: number;
  /** The options of `CREATE DATABASE` for the same encoding and locale. */
  readonly locale: string;
  /** Settings of the database for all roles. */
  readonly settings: readonly Setting[];
  /** The schema of each extension. */
  readonly extensions: ReadonlyMap<string, string>;
}

/** Columns that depend on the version: ICU since 15, its rules since 16, one column for every locale since 17. */
const SELECT_DATABASE =
  "SELECT d.datname, current_setting('server_version_num') AS version, pg_encoding_to_char(d.encoding) AS encoding, d.datcollate, d.datctype, " +
  "j.row ->> 'datlocprovider'::pg_catalog.text AS provider, coalesce(j.row ->> 'datlocale'::pg_catalog.text, j.row ->> 'daticulocale'::pg_catalog.text) AS locale, j.row ->> 'daticurules'::pg_catalog.text AS rules " +
  'FROM pg_catalog.pg_database d CROSS JOIN LATERAL pg_catalog.to_jsonb(d) AS j (row) WHERE d.datname = current_database()';

const SELECT_EXTENSIONS =
  'SELECT e.extname, n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace ORDER BY e.extname';

/** @throws the driver's error. */
export async function readLiveFacts(connection: PgConnection): Promise<LiveFacts> {
  const [row = {}] = await connection.query(SELECT_DATABASE);
  const settings = await connection.query(selectSettingsSql(row['datname'] ?? ''));
  return {
    serverVersion: Number(row['version']),
    locale: localeOptions(row),
    settings: settings.flatMap(({ role, setting }) => (role ? [] : [{ role: null, setting: setting ?? '' }])),
    extensions: await readExtensions(connection),
  };
}

/** The extensions of a database, each with its schema. @throws the driver's error. */
export async function readExtensions(connection: PgConnection): Promise<ReadonlyMap<string, string>> {
  const rows = await connection.query(SELECT_EXTENSIONS);
  return new Map(rows.map(({ extname, nspname }) => [extname ?? '', nspname ?? '']));
}

function localeOptions(row: Readonly<Record<string, string | null>>): string {
  const { encoding = null, datcollate = null, datctype = null, provider, locale, rules } = row;
  const options: (string | false)[] = [
    `ENCODING ${quoteLiteral(encoding)} LC_COLLATE ${quoteLiteral(datcollate)} LC_CTYPE ${quoteLiteral(datctype)}`,
    provider === 'i' && `LOCALE_PROVIDER icu ICU_LOCALE ${quoteLiteral(locale ?? '')}`,
    provider === 'i' && typeof rules === 'string' && `ICU_RULES ${quoteLiteral(rules)}`,
    provider === 'b' && `LOCALE_PROVIDER builtin BUILTIN_LOCALE ${quoteLiteral(locale ?? '')}`,
    provider === 'c' && 'LOCALE_PROVIDER libc',
  ];
  return options.filter(Boolean).join(' ');
}
