import { EMPTY_CHECKSUM } from '../../core/migration/migration.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { OrdinaryRows } from '../../core/history/ordinary-rows.js';
import type { HistoryScope } from '../../core/target/history-scope.js';
import type { Row } from '../connection/script.js';
import { KEY_COLUMN, selectList, valueOf } from './columns.js';

/** The fixed length shows where the checksum ends and the name begins. */
export const ORDINARY =
  'migration_file IS NOT NULL AND error_message IS NULL AND invalid_indexes IS NULL AND pg_catalog.octet_length(checksum) = 64 ' +
  `AND (origin = 'migrate' AND canonical_checksum = ${quoteLiteral(EMPTY_CHECKSUM)}) IS NOT TRUE`;

/** `concat` yields values as text, whatever type the columns of a hand-made table have. */
const FINGERPRINT =
  `pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.string_agg(pg_catalog.concat(checksum, migration_file), E'\\n' ` +
  `ORDER BY migration_file COLLATE pg_catalog."C"), 'UTF8')), 'hex')`;

/** One statement, so that both come from one snapshot: the summary of the ordinary rows, and all other rows. */
export function ordinaryAndOthersSql({ rows }: HistoryScope): string {
  return (
    `SELECT ordinary.*, other.* FROM (SELECT pg_catalog.count(*) AS ordinary_count, ${FINGERPRINT} AS fingerprint FROM ${rows} WHERE ${ORDINARY}) AS ordinary ` +
    `LEFT JOIN (SELECT true AS is_other, ${selectList(false)} FROM ${rows} WHERE (${ORDINARY}) IS NOT TRUE) AS other ON true`
  );
}

/** Reads the result of {@link ordinaryAndOthersSql}. */
export function ordinaryAndOthersOf(rows: readonly Row[]): { ordinary: OrdinaryRows; others: readonly Row[] } {
  const [first] = rows;
  if (!first) throw new Error('the query for ordinary rows returned no row');
  const others = rows.filter((row) => row['is_other'] === 't');
  return {
    ordinary: {
      count: Number(first['ordinary_count']),
      fingerprint: first['fingerprint'] ?? undefined,
      others: others.map((row) => valueOf(row, KEY_COLUMN) ?? ''),
    },
    others,
  };
}
