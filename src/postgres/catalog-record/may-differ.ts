import { LIVE_SQL } from '../catalog/snapshot/stamp.js';
import { actingAs } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript } from '../connection/script.js';
import { serverErrorOf } from '../connection/server-error.js';
import { UNDEFINED_TABLE } from '../../core/errors/sqlstate.js';
import { latestRecordSql } from './record-table.js';
import type { CatalogSettings } from './settings.js';

/**
 * Tells by the stamp of the newest record whether the catalog may have changed since. One message without a BEGIN: if it
 * fails, the messages sent together with it are not affected. Never rejects; false if there is no record.
 */
export async function mayDiffer(connection: PgConnection, { history, role }: CatalogSettings): Promise<boolean> {
  const select = `SELECT live.stamp = latest.stamp AS same FROM ${latestRecordSql(history)}, ${LIVE_SQL}`;
  const script = asScript([...actingAs(role), "SET LOCAL search_path = ''", select]);
  const { results, error } = await connection.queryAll(script);
  if (error) return !UNDEFINED_TABLE.includes(serverErrorOf(error)?.sqlstate ?? '');
  const [row] = results.at(-1) ?? [];
  return row !== undefined && row['same'] !== 't';
}
