import { isStronger, type LockMode } from '../../core/lint/syntax/lock-modes.js';
import type { RehearsalResult, SeenLock, WrittenRows } from '../../core/ports/rehearsal.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { Row } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';
import { readRelations, type Relation } from './relations.js';

/** What the open transaction has locked and written so far. */
const OBSERVE = `
  SELECT l.relation AS oid, l.mode, s.nspname::text || '.' || c.relname::text AS name, c.relfilenode AS storage,
         CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) END AS inserted,
         CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) END AS updated,
         CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) END AS deleted
    FROM pg_catalog.pg_locks l
    LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
    LEFT JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
   WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
     AND (s.nspname IS NULL OR s.nspname <> 'information_schema' AND s.nspname !~ '^pg_'::pg_catalog.text)
   ORDER BY s.nspname, c.relname, l.relation`;

/** Converts `AccessExclusiveLock` to `ACCESS EXCLUSIVE`. */
function modeOf(name: string): LockMode {
  const words = name.replace(/Lock$/, '').replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return words.toUpperCase() as LockMode;
}

type Written = Omit<WrittenRows, 'table'>;

const NOTHING: Written = { inserted: 0, updated: 0, deleted: 0 };

/** Observes a transaction from inside, one migration at a time. */
export class Observation {
  private readonly locked = new Map<string, LockMode>();
  private readonly written = new Map<string, Written>();
  private readonly latest: Map<string, Relation>;

  private constructor(
    private readonly connection: PgConnection,
    /** The relations before the rehearsal. */
    private readonly existing: ReadonlyMap<string, Relation>,
  ) {
    this.latest = new Map(existing);
  }

  /** @throws MigrationError */
  static async begin(connection: PgConnection): Promise<Observation> {
    return new Observation(connection, await readRelations(connection));
  }

  /** What has changed since the last call. @throws MigrationError */
  async next(): Promise<Pick<RehearsalResult, 'locks' | 'written' | 'rewritten'>> {
    const rows = await this.connection.query(OBSERVE).catch((error: unknown) => {
      throw queryError('reading the locks of the rehearsal', error);
    });
    const byTable = new Map(rows.flatMap((row) => (row['inserted'] == null ? [] : [[String(row['oid']), row]])));
    return { locks: this.newLocks(rows), written: this.newRows(byTable), rewritten: this.newStorage(byTable) };
  }

  /** A rewritten table stays locked until the transaction ends, so it is among the rows. */
  private newStorage(byTable: ReadonlyMap<string, Row>): string[] {
    return [...byTable].flatMap(([oid, { name, storage }]) => {
      const before = this.latest.get(oid);
      this.latest.set(oid, { name: String(name), storage: String(storage) });
      return before && before.storage !== storage ? [before.name] : [];
    });
  }

  private newLocks(rows: readonly Row[]): SeenLock[] {
    const taken = new Map<string, LockMode>();
    for (const { oid, mode } of rows) {
      const known = taken.get(String(oid)) ?? this.locked.get(String(oid));
      const seen = modeOf(String(mode));
      if (!known || isStronger(seen, known)) taken.set(String(oid), seen);
    }
    for (const [oid, mode] of taken) this.locked.set(oid, mode);
    return [...taken].flatMap(([oid, mode]) => {
      const relation = this.existing.get(oid);
      return relation ? [{ relation: relation.name, mode }] : [];
    });
  }

  private newRows(byTable: ReadonlyMap<string, Row>): WrittenRows[] {
    return [...byTable].flatMap(([oid, { name, inserted, updated, deleted }]) => {
      const before = this.written.get(oid) ?? NOTHING;
      const now = { inserted: Number(inserted), updated: Number(updated), deleted: Number(deleted) };
      this.written.set(oid, now);
      const added = {
        inserted: now.inserted - before.inserted,
        updated: now.updated - before.updated,
        deleted: now.deleted - before.deleted,
      };
      return Object.values(added).some((count) => count > 0) ? [{ table: String(name), ...added }] : [];
    });
  }
}
