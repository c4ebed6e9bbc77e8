import { NO_HISTORY, type History, type HistoryRow } from '../../core/history/history.js';
import { recordedAs } from '../../core/history/ordinary-rows.js';
import type { ReplacedFile } from '../../core/migration/checkpoint.js';
import type { TenantRecord } from '../../core/tenants/standing.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { tenantsTable, type TenantScope } from '../../core/target/history-scope.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import type { ActingRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { Row } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';
import { withAllColumns } from './older-table.js';
import { ask } from '../history/read-history.js';
import { ORDINARY } from '../history/ordinary-rows-sql.js';
import { KEY_COLUMN, selectList } from '../history/columns.js';
import { toHistoryRows } from '../history/to-rows.js';

/**
 * Reads the shared history of tenants, in their order, with one query. The server compares the rows with
 * the files, so it sends nothing about a tenant whose rows match the files exactly: in most rollouts, almost all.
 *
 * @param migrations the files of tenants, in order, and those that a checkpoint has replaced.
 * @throws MigrationError
 */
export async function readTenants(
  connection: PgConnection,
  history: TableName,
  tenants: readonly TenantScope[],
  migrations: readonly ReplacedFile[],
  role?: ActingRole,
): Promise<readonly TenantRecord[]> {
  const table = tenantsTable(history);
  const place = { table, role, what: 'the history of tenants' };
  const answer = await ask(connection, place, behindSql(qualifiedName(table), tenants, migrations));
  const query =
    answer === 'no table'
      ? schemasSql(tenants)
      : answer === 'unexpected'
        ? behindSql(await withAllColumns(connection, history, tenants[0] as TenantScope, role), tenants, migrations)
        : undefined;
  const rows = query === undefined ? answer : await ask(connection, place, query, []);
  if (typeof rows === 'string') throw new Error('the catalog has no schemas');
  return new Answer(migrations, rows, await otherRows(connection, rows)).of(tenants);
}

/** Which of these schemas exist. @throws MigrationError */
export async function readSchemas(connection: PgConnection, schemas: readonly string[]): Promise<readonly string[]> {
  const query = `SELECT nspname::pg_catalog.text AS name FROM pg_catalog.pg_namespace WHERE nspname = ANY (${textArray(schemas)})`;
  const rows = await connection.query(query).catch((error: unknown) => {
    throw queryError('looking for the schemas of tenants', error);
  });
  return rows.flatMap(({ name }) => name ?? []);
}

/** Tenants with a difference: one row for each, or one for each history row that is not simply an applied file. */
function behindSql(table: string, tenants: readonly TenantScope[], migrations: readonly ReplacedFile[]): string {
  const files = textArray(migrations.map(({ file }) => file));
  const checksums = textArray(migrations.map(({ checksum }) => checksum));
  const own = 'h.tenant = f.tenant AND h.schema_oid = f.oid';
  const matches = `e.file = h.migration_file AND e.sum = h.checksum AND ${ORDINARY}`;
  return (
    `WITH e AS (SELECT * FROM ROWS FROM (pg_catalog.unnest(${files}), pg_catalog.unnest(${checksums})) WITH ORDINALITY AS e (file, sum, number)), ` +
    `f AS (${found(tenants)}), ` +
    `c AS (SELECT h.tenant, h.schema_oid, ${latestName(table)} AS schema_name, pg_catalog.max(h.executed_at) AS latest, ` +
    `pg_catalog.count(*) AS recorded, pg_catalog.count(e.file) AS matching ` +
    `FROM ${table} h LEFT JOIN e ON ${matches} GROUP BY h.tenant, h.schema_oid), ` +
    `${claimsSql()} ` +
    `SELECT f.position, f.oid IS NOT NULL AS has_schema, coalesce(w.owner, CASE WHEN p.oid IS NULL OR p.schema_name <> f.schema THEN p.owner END) AS owner, ` +
    `p.schema_name AS past_name, p.oid AS past_oid, f.schema AS present_name, f.oid AS present_oid, m.numbers, o.* FROM f ` +
    `LEFT JOIN c ON c.tenant = f.tenant AND c.schema_oid = f.oid ` +
    `LEFT JOIN w ON w.at = f.position LEFT JOIN p ON p.at = f.position ` +
    `LEFT JOIN LATERAL (SELECT pg_catalog.string_agg(e.number::pg_catalog.text, ',' ORDER BY e.number) AS numbers ` +
    `FROM ${table} h JOIN e ON ${matches} WHERE ${own}) AS m ON c.matching > 0 ` +
    `LEFT JOIN LATERAL (SELECT ${selectList(false)} FROM ${table} h WHERE ${own} ` +
    `AND NOT EXISTS (SELECT FROM e WHERE ${matches})) AS o ON c.recorded > c.matching ` +
    `WHERE (c.recorded = ${migrations.length} AND c.matching = ${migrations.length}) IS NOT TRUE OR w.owner IS NOT NULL`
  );
}

/**
 * Whose history the schema of a tenant has. `w`: another tenant's, by OID. `p`, only for a tenant without a history of its
 * own in a schema that is not empty: its own for an earlier schema (`oid`), or another tenant's for a schema of the same
 * name (`owner`). OIDs change when a database is restored, and may then be those of other schemas. So for a tenant with a
 * history, an OID of another one counts only if no other schema has the recorded name.
 */
function claimsSql(): string {
  const isLive = `NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = c.schema_name AND n.oid <> c.schema_oid)`;
  const hasNone = 'NOT EXISTS (SELECT FROM c o WHERE o.tenant = f.tenant)';
  const isFilled =
    `EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass ` +
    `AND d.refobjid = f.oid AND d.classid <> 'pg_catalog.pg_default_acl'::pg_catalog.regclass)`;
  return (
    `w AS (SELECT f.position AS at, pg_catalog.min(c.tenant) AS owner FROM f JOIN c ON c.schema_oid = f.oid AND c.tenant <> f.tenant WHERE ${isLive} OR ${hasNone} GROUP BY 1), ` +
    `p AS (SELECT f.position AS at, t.schema_oid AS oid, t.schema_name, s.tenant AS owner FROM f ` +
    `LEFT JOIN c ON c.tenant = f.tenant AND c.schema_oid = f.oid ` +
    `LEFT JOIN ${latestBy('tenant')} AS t ON t.tenant = f.tenant ` +
    `LEFT JOIN ${latestBy('schema_name')} AS s ON s.schema_name = f.schema AND s.tenant <> f.tenant ` +
    `WHERE c.tenant IS NULL AND (t.tenant IS NOT NULL OR s.tenant IS NOT NULL) AND ${isFilled})`
  );
}

/** The name of a schema when its latest row was written. Nearly always all rows have the same one. */
function latestName(table: string): string {
  return (
    `CASE WHEN pg_catalog.min(h.schema_name) = pg_catalog.max(h.schema_name) THEN pg_catalog.max(h.schema_name) ELSE ` +
    `(SELECT l.schema_name FROM ${table} l WHERE l.tenant = h.tenant AND l.schema_oid = h.schema_oid ORDER BY l.executed_at DESC LIMIT 1) END`
  );
}

function latestBy(column: string): string {
  return `(SELECT DISTINCT ON (${column}) * FROM c ORDER BY ${column}, latest DESC)`;
}

/** The same without a history. */
function schemasSql(tenants: readonly TenantScope[]): string {
  return `SELECT f.position, f.oid IS NOT NULL AS has_schema FROM (${found(tenants)}) AS f`;
}

function found(tenants: readonly TenantScope[]): string {
  const [names, schemas] = [tenants.map(({ name }) => name), tenants.map(({ schema }) => schema)].map(textArray);
  return (
    `SELECT l.position, l.tenant, l.schema, n.oid FROM ROWS FROM (pg_catalog.unnest(${names}), pg_catalog.unnest(${schemas})) WITH ORDINALITY AS l (tenant, schema, position) ` +
    'LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = l.schema'
  );
}

/** Parsing one literal is faster than parsing thousands. */
function textArray(values: readonly string[]): string {
  const elements = values.map((value) => `"${value.replace(/[\\"]/g, '\\$&')}"`);
  return `${quoteLiteral(`{${elements.join(',')}}`)}::pg_catalog.text[]`;
}

async function otherRows(connection: PgConnection, rows: readonly Row[]): Promise<ReadonlyMap<Row, HistoryRow>> {
  const others = rows.filter((row) => row[KEY_COLUMN] != null);
  const converted = await toHistoryRows(connection, others);
  return new Map(others.map((row, i) => [row, converted[i] as HistoryRow]));
}

/** The records of tenants. Those with the same history get the same object. */
class Answer {
  private readonly rowsOf: ReadonlyMap<number, readonly Row[]>;
  private readonly known = new Map<string, History>();

  constructor(
    private readonly migrations: readonly ReplacedFile[],
    rows: readonly Row[],
    private readonly others: ReadonlyMap<Row, HistoryRow>,
  ) {
    const byPosition = new Map<number, Row[]>();
    for (const row of rows) {
      const position = Number(row['position']);
      const same = byPosition.get(position);
      if (same) same.push(row);
      else byPosition.set(position, [row]);
    }
    this.rowsOf = byPosition;
  }

  of(tenants: readonly TenantScope[]): TenantRecord[] {
    const complete: TenantRecord = { schemaExists: true, history: { rows: this.migrations.map(recordedAs) } };
    return tenants.map((_, i) => {
      const rows = this.rowsOf.get(i + 1);
      const [first] = rows ?? [];
      if (!first) return complete;
      const schemaOf = first['owner'] ?? undefined;
      const replaced = replacedIn(first);
      return { schemaExists: first['has_schema'] === 't', schemaOf, replaced, history: this.historyOf(rows ?? []) };
    });
  }

  private historyOf(rows: readonly Row[]): History {
    const numbers = rows[0]?.['numbers'] ?? '';
    const others = rows.flatMap((row) => this.others.get(row) ?? []);
    const ordinary = this.ordinary(numbers);
    return others.length === 0 ? ordinary : { rows: [...ordinary.rows, ...others] };
  }

  private ordinary(numbers: string): History {
    if (numbers === '') return NO_HISTORY;
    const known = this.known.get(numbers);
    if (known) return known;
    const matching = numbers.split(',').flatMap((number) => this.migrations[Number(number) - 1] ?? []);
    const history = { rows: matching.map(recordedAs) };
    this.known.set(numbers, history);
    return history;
  }
}

function replacedIn(row: Row): TenantRecord['replaced'] {
  if (row['past_oid'] == null) return undefined;
  const { past_name: past, past_oid: pastOid, present_name: present, present_oid: presentOid } = row;
  // An older release did not record names.
  const recorded = past ? `"${past}"` : 'a schema whose name is not known';
  return {
    recorded: `${recorded} (OID ${pastOid})`,
    actual: `"${present}" (OID ${presentOid})`,
    isRenamed: past ? past !== present : undefined,
  };
}
