import { STAMP_SQL } from '../catalog/snapshot/stamp.js';
import { CATALOG_FORMAT, type CatalogFingerprint, type FingerprintedCatalog } from '../../core/catalog/catalog.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { nameOfCompanion } from '../companions/tables.js';
import type { Row } from '../connection/script.js';

/** The newest record, without its objects. */
export interface LatestRecord {
  readonly id: string;
  /** When nothing differed from it. */
  readonly matchedAt: Date;
  readonly serverVersion: number;
  readonly format: number;
  /** The schemas in which migrations had created objects until then. */
  readonly schemas: readonly string[];
  readonly fingerprint: CatalogFingerprint;
  /** As {@link STAMP_SQL} gave it; undefined if that is unknown. */
  readonly stamp: string | undefined;
}

/** How many records are kept. */
const KEPT = 5;

/** The table of records. */
export function recordTable(history: TableName): string {
  return qualifiedName(nameOfCompanion(history, 'catalog'));
}

/** A FROM item `latest` with the newest record, or with no row. */
export function latestRecordSql(history: TableName): string {
  const columns = 'id, recorded_at, matched_at, server_version, format, schemas, fingerprint, stamp';
  return `(SELECT ${columns} FROM ${recordTable(history)} ORDER BY id DESC LIMIT 1) AS latest`;
}

/** Its columns, for {@link toLatestRecord}. */
export const LATEST_COLUMNS =
  'latest.id, extract(epoch FROM latest.matched_at) AS matched_at, latest.server_version, latest.format, latest.schemas, latest.fingerprint, latest.stamp';

/** SQL for the stamp of the live catalog; NULL if the record has no stamp to compare it with. */
export const LIVE_STAMP = `CASE WHEN latest.stamp IS NOT NULL THEN ${STAMP_SQL} END`;

/** Undefined if there is no record. */
export function toLatestRecord(row: Row | undefined): LatestRecord | undefined {
  const id = row?.['id'];
  if (!row || !id) return undefined;
  return {
    id,
    matchedAt: new Date(Number(row['matched_at']) * 1000),
    serverVersion: Number(row['server_version']),
    format: Number(row['format']),
    schemas: JSON.parse(row['schemas'] ?? '[]') as string[],
    fingerprint: JSON.parse(row['fingerprint'] ?? '{}') as CatalogFingerprint,
    stamp: row['stamp'] ?? undefined,
  };
}

/** Selects the objects of a record: column `content`, for `unpackObjects`. */
export function selectContentSql(history: TableName, id: string): string {
  return `SELECT encode(content, 'base64') AS content FROM ${recordTable(history)} WHERE id = ${quoteLiteral(id)}`;
}

/** A catalog to store. */
export interface NewRecord {
  /** When it was read, as the server wrote it. */
  readonly readAt: string;
  /** Null also if it differs from the live catalog. */
  readonly stamp: string | null;
  /** True if it differs from the live catalog: then the time at which the last record matched stays valid. */
  readonly isComposed: boolean;
  readonly schemas: readonly string[];
  readonly catalog: FingerprintedCatalog;
  /** The objects, packed. */
  readonly content: string;
}

/** Stores a record and removes those that are too old. */
export function insertRecordSql(
  history: TableName,
  { readAt, stamp, isComposed, schemas, catalog, content }: NewRecord,
): string[] {
  const table = recordTable(history);
  const at = `${quoteLiteral(readAt)}::pg_catalog.timestamptz`;
  const values = [
    at,
    isComposed ? `coalesce((SELECT matched_at FROM ${table} ORDER BY id DESC LIMIT 1), ${at})` : at,
    catalog.serverVersion,
    CATALOG_FORMAT,
    quoteLiteral(JSON.stringify(schemas)),
    quoteLiteral(JSON.stringify(catalog.fingerprint)),
    quoteLiteral(stamp),
    `pg_catalog.decode(${quoteLiteral(content)}, 'base64')`,
  ];
  return [
    `INSERT INTO ${table} (recorded_at, matched_at, server_version, format, schemas, fingerprint, stamp, content) VALUES (${values.join(', ')})`,
    `DELETE FROM ${table} WHERE id NOT IN (SELECT id FROM ${table} ORDER BY id DESC LIMIT ${KEPT})`,
  ];
}

/** When nothing had changed since a record, and the stamp of that time. */
type Confirmation = Pick<NewRecord, 'readAt' | 'stamp'>;

/** Nothing has changed since a record, so its time is updated. */
export function confirmRecordSql(history: TableName, id: string, { readAt, stamp }: Confirmation): string {
  const at = `${quoteLiteral(readAt)}::pg_catalog.timestamptz`;
  return `UPDATE ${recordTable(history)} SET recorded_at = ${at}, matched_at = ${at}, stamp = ${quoteLiteral(stamp)} WHERE id = ${quoteLiteral(id)}`;
}
