import { recordableSource } from '../../core/history/source.js';
import type { Migration } from '../../core/migration/migration.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { HistoryScope } from '../../core/target/history-scope.js';
import { qualifiedName, type TableName } from '../../core/target/table.js';
import { nameOfCompanion } from './tables.js';

/** The name of the column with {@link SourceRecords.missing}. */
export const MISSING_SOURCES = 'missing_sources';
/** The rest of a longer list is left to the next run. */
const MAX_MISSING = 1_000;

/** The text between a mark and the body after it, and between a body and the mark after it. */
interface BodyFrame {
  readonly before: string;
  readonly after: string;
}

/** The SQL that records the sources of migrations, by checksum. */
export class SourceRecords {
  private readonly table: string;

  constructor(private readonly scope: HistoryScope) {
    this.table = tableOf(scope.history);
  }

  /** Records the sources of these migrations, except those that are too long. */
  of(migrations: readonly Migration[]): string[] {
    const rows = migrations.flatMap((migration) => {
      const source = recordableSource(migration);
      return source === undefined ? [] : [`(${quoteLiteral(migration.checksum)}, ${quoteLiteral(source)})`];
    });
    if (rows.length === 0) return [];
    return [`INSERT INTO ${this.table} (checksum, source) VALUES ${rows.join(', ')} ON CONFLICT DO NOTHING`];
  }

  /**
   * Records sources from the message that runs them, so nothing is sent twice: two marks enclose each body in it.
   * Only sources whose checksum is in the history are recorded.
   */
  sent(mark: string, { before, after }: BodyFrame): string {
    const length = `greatest(pg_catalog.length(piece) - ${before.length + after.length}, 0)`;
    return (
      `INSERT INTO ${this.table} (checksum, source) SELECT sent.checksum, sent.source FROM (` +
      "SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(body.source, 'UTF8')), 'hex') AS checksum, body.source FROM (" +
      `SELECT pg_catalog.substr(piece, ${before.length + 1}, ${length}) AS source ` +
      `FROM pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.current_query(), ${quoteLiteral(mark)})) AS piece) AS body) AS sent ` +
      `WHERE EXISTS (SELECT FROM ${this.scope.name} h WHERE h.checksum = sent.checksum AND h.error_message IS NULL) ON CONFLICT DO NOTHING`
    );
  }

  /** Selects, as a JSON array, the checksums of applied migrations whose source is not recorded; null if there are none. May contain duplicates. */
  get missing(): string {
    return (
      `SELECT pg_catalog.json_agg(missing.checksum) AS ${MISSING_SOURCES} FROM (SELECT h.checksum FROM ${this.scope.name} h ` +
      'WHERE h.error_message IS NULL AND h.checksum IS NOT NULL ' +
      `AND NOT EXISTS (SELECT FROM ${this.table} s WHERE s.checksum = h.checksum) LIMIT ${MAX_MISSING}) AS missing`
    );
  }
}

/** Selects the sources with these checksums. */
export function selectSourcesSql(history: TableName, checksums: readonly string[]): string {
  return `SELECT checksum, source FROM ${tableOf(history)} WHERE checksum IN (${checksums.map(quoteLiteral).join(', ')})`;
}

function tableOf(history: TableName): string {
  return qualifiedName(nameOfCompanion(history, 'source'));
}
