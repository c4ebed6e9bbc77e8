import { SQLSTATE } from '../../core/errors/sqlstate.js';
import { STAMP_SQL } from '../catalog/snapshot/stamp.js';
import { actingAs } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript } from '../connection/script.js';
import { serverErrorOf } from '../connection/server-error.js';
import { latestRecordSql } from './record-table.js';
import type { CatalogSettings } from './settings.js';

/** The table does not exist: no release that records catalogs has changed anything yet. */
export const NO_RECORDS: readonly string[] = [SQLSTATE.undefinedTable, SQLSTATE.invalidSchemaName];

/**
 * Tells by the stamp of the newest record whether the catalog may have changed since. One message without a BEGIN: if it
 * fails, the messages sent together with it are not affected. Never rejects; false if there is no record.
 */
export async function mayDiffer(connection: PgConnection, { history, role }: CatalogSettings): Promise<boolean> {
  const stamp = `CASE WHEN latest.stamp IS NOT NULL THEN ${STAMP_SQL} END`;
  const select = `SELECT ${stamp} = latest.stamp AS same FROM ${latestRecordSql(history)}`;
  const script = asScript([...actingAs(role), "SET LOCAL search_path = ''", select]);
  const { results, error } = await connection.queryAll(script);
  if (error) return !NO_RECORDS.includes(serverErrorOf(error)?.sqlstate ?? '');
  const [row] = results.at(-1) ?? [];
  return row !== undefined && row['same'] !== 't';
}
