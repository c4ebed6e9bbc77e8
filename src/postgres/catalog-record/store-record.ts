import { CATALOG_FORMAT, type FingerprintedCatalog } from '../../core/catalog/catalog.js';
import { NO_FINGERPRINT } from '../../core/catalog/rerecord.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { TableName } from '../../core/target/table.js';
import { EMPTY_GROUP, selectObjectsSql, type ObjectSelection } from '../catalog/queries/all-queries.js';
import { scopeSql } from '../catalog/queries/scope.js';
import { contentOf, contentOfRows } from './content.js';
import { recordTable, type LatestRecord } from './record-table.js';

/** The number of records to keep. */
const KEPT = 5;

/** What is known about the catalog to record, in the transaction that reads it. */
export interface Live {
  readonly serverVersion: number;
  /** Null if it is unknown. */
  readonly stamp: string | null;
  /** The covered schemas. */
  readonly schemas: readonly string[];
}

const COLUMNS = 'recorded_at, matched_at, server_version, format, schemas, fingerprint, stamp, content';
const READ_AT = 'transaction_timestamp()';

/**
 * One statement that reads the selected objects and stores them, without sending them to the client. If they equal
 * those of the newest record, only its times are updated.
 */
export function recordLiveSql(
  history: TableName,
  { serverVersion, stamp, schemas }: Live,
  selection: ObjectSelection,
  newest: LatestRecord | undefined,
): string {
  const table = recordTable(history);
  const groups = `unnest(ARRAY[${selection.groups.map(quoteLiteral).join(', ')}]) AS g (name)`;
  const sums = `(SELECT object_group, count(*) || ':' || sum(hash) AS fingerprint FROM object GROUP BY object_group) AS s`;
  const fingerprint =
    `(SELECT jsonb_object_agg(g.name, coalesce(s.fingerprint, '${EMPTY_GROUP}')) AS fingerprint ` +
    `FROM ${groups} LEFT JOIN ${sums} ON s.object_group = g.name)`;
  const schemasSql = quoteLiteral(JSON.stringify(schemas));
  const isSame =
    `id = ${newest?.id ?? 0} AND server_version = ${serverVersion} AND format = ${CATALOG_FORMAT} ` +
    `AND schemas = ${schemasSql}::jsonb AND r.fingerprint = live.fingerprint`;
  const values = [
    READ_AT,
    READ_AT,
    serverVersion,
    CATALOG_FORMAT,
    `${schemasSql}::jsonb`,
    'live.fingerprint',
    quoteLiteral(stamp),
    contentOfRows('object'),
  ];
  return (
    `WITH ${scopeSql(selection.scope)}, object AS MATERIALIZED (${selectObjectsSql(selection)}), ` +
    `live AS MATERIALIZED ${fingerprint}, confirmed AS (` +
    `UPDATE ${table} AS r SET recorded_at = ${READ_AT}, matched_at = ${READ_AT}, stamp = ${quoteLiteral(stamp)} FROM live WHERE ${isSame} RETURNING id) ` +
    `INSERT INTO ${table} (${COLUMNS}) SELECT ${values.join(', ')} FROM live WHERE NOT EXISTS (SELECT FROM confirmed)`
  );
}

/** Stores a catalog that may differ from the live one; the time at which the last record matched then stays valid. */
export function recordComposedSql(history: TableName, { stamp, schemas }: Live, catalog: FingerprintedCatalog): string {
  const table = recordTable(history);
  const isComposed = Object.values(catalog.fingerprint).includes(NO_FINGERPRINT);
  const values = [
    READ_AT,
    isComposed ? `coalesce((SELECT matched_at FROM ${table} ORDER BY id DESC LIMIT 1), ${READ_AT})` : READ_AT,
    catalog.serverVersion,
    CATALOG_FORMAT,
    quoteLiteral(JSON.stringify(schemas)),
    quoteLiteral(JSON.stringify(catalog.fingerprint)),
    // The stamp belongs to the live catalog.
    quoteLiteral(isComposed ? null : stamp),
    contentOf(catalog.objects),
  ];
  return `INSERT INTO ${table} (${COLUMNS}) VALUES (${values.join(', ')})`;
}

/** Removes the records that are too old. */
export function removeOldSql(history: TableName): string {
  const table = recordTable(history);
  return `DELETE FROM ${table} WHERE id NOT IN (SELECT id FROM ${table} ORDER BY id DESC LIMIT ${KEPT})`;
}
