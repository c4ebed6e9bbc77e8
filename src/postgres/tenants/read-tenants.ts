import { NO_HISTORY, type History, type HistoryRow } from '../../core/history/history.js';
import { recordedAs } from '../../core/history/ordinary-rows.js';
import type { ReplacedFile } from '../../core/migration/checkpoint.js';
import type { TenantRecord } from '../../core/tenants/standing.js';
import { tenantsTable, type TenantScope } from '../../core/target/history-scope.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import type { ActingRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { Row } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';
import { behindSql, schemasSql, textArray } from './behind-sql.js';
import { withAllColumns } from './older-table.js';
import { ask } from '../history/read-history.js';
import { KEY_COLUMN } from '../history/columns.js';
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
    const others = rows.flatMap((row) => this.others.get(row) ?? []);
    const ordinary = this.ordinary(rows[0]?.['matching'] ?? '0', rows[0]?.['numbers'] ?? undefined);
    return others.length === 0 ? ordinary : { rows: [...ordinary.rows, ...others] };
  }

  /** @param numbers those of the matching files. @default the first files */
  private ordinary(count: string, numbers?: string): History {
    if (count === '0') return NO_HISTORY;
    const key = numbers ?? `first ${count}`;
    const known = this.known.get(key);
    if (known) return known;
    const matching = numbers?.split(',').flatMap((number) => this.migrations[Number(number) - 1] ?? []);
    const history = { rows: (matching ?? this.migrations.slice(0, Number(count))).map(recordedAs) };
    this.known.set(key, history);
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
