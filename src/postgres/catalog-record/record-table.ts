import type { CatalogFingerprint } from '../../core/catalog/catalog.js';
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
  /** The value from `LIVE_SQL`; undefined if it is unknown. */
  readonly stamp: string | undefined;
}

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

/** Selects the objects of a record: column `content`, for `toObjects`. */
export function selectContentSql(history: TableName, id: string): string {
  return `SELECT convert_from(content, 'UTF8') AS content FROM ${recordTable(history)} WHERE id = ${quoteLiteral(id)}`;
}
