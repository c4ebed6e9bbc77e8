import type { WholeCatalog } from '../../../core/ports/scratch.js';
import { quoteLiteral } from '../../../core/sql/text/quote.js';
import { toPresentKinds } from '../../catalog/queries/rare-kinds.js';
import { readObjects } from '../../catalog/snapshot/read-objects.js';
import { beginReading } from '../../catalog/snapshot/read-transaction.js';
import { LIVE_SQL } from '../../catalog/snapshot/stamp.js';
import { readAgainIfChanged } from '../check-catalog.js';
import { checkedScope } from '../covered-schemas.js';
import { latestRecordSql } from '../record-table.js';
import type { CatalogSettings } from '../settings.js';
import type { PgConnection } from '../../connection/pg-connection.js';
import { asScript } from '../../connection/script.js';
import { queryError, serverErrorOf } from '../../connection/server-error.js';
import { UNDEFINED_TABLE } from '../../../core/errors/sqlstate.js';
import { isLockHeldSql } from '../../lock/lock.js';

/**
 * Reads a catalog in one transaction.
 *
 * @param schemas the schemas to read, unless the settings name them.
 * @throws DatabaseError, DatabaseConnectionError
 */
export async function readWholeCatalog(
  connection: PgConnection,
  settings: CatalogSettings,
  schemas: readonly string[],
): Promise<WholeCatalog> {
  const { role, timeoutMs: statementTimeoutMs, groups, history } = settings;
  const facts =
    "SELECT current_setting('server_version_num') AS version, live.kinds, " +
    '(SELECT pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ' +
    `WHERE n.nspname = ${quoteLiteral(history.schema)} AND c.relname = ${quoteLiteral(history.table)}) AS owner FROM ${LIVE_SQL}`;
  const attempt = async (): Promise<WholeCatalog> => {
    try {
      const [row] = await connection.query(asScript([...beginReading({ role, statementTimeoutMs }), facts]));
      const selection = { scope: checkedScope(settings, schemas), groups, kinds: toPresentKinds(row?.['kinds']) };
      const { objects } = await readObjects(connection, selection);
      return { objects, serverVersion: Number(row?.['version']), owner: row?.['owner'] ?? undefined, schemas };
    } finally {
      await connection.query('ROLLBACK').catch(() => {}); // the earlier error already reports a lost connection
    }
  };
  return readAgainIfChanged(attempt).catch((error: unknown) => {
    throw queryError('reading the catalog', error);
  });
}

/**
 * The schemas in which migrations have created objects, as the last run recorded them; undefined without a record.
 *
 * @throws DatabaseError, DatabaseConnectionError
 */
export async function readRecordedSchemas(
  connection: PgConnection,
  { history }: CatalogSettings,
): Promise<readonly string[] | undefined> {
  try {
    const [row] = await connection.query(`SELECT latest.schemas FROM ${latestRecordSql(history)}`, UNDEFINED_TABLE);
    return row && (JSON.parse(row['schemas'] ?? '[]') as string[]);
  } catch (error) {
    if (UNDEFINED_TABLE.includes(serverErrorOf(error)?.sqlstate ?? '')) return undefined;
    throw queryError('reading the record of the catalog', error);
  }
}

/** True while a run holds the migration lock. @throws DatabaseError, DatabaseConnectionError */
export async function isMigrating(connection: PgConnection, { history }: CatalogSettings): Promise<boolean> {
  try {
    const [row] = await connection.query(`SELECT ${isLockHeldSql(history)} AS locked`);
    return row?.['locked'] === 't';
  } catch (error) {
    throw queryError('looking for a run in progress', error);
  }
}
