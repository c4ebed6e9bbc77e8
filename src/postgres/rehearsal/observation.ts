import { LOCK_MODES, type LockMode } from '../../core/lint/syntax/lock-modes.js';
import type { RehearsalResult, SeenLock, WrittenRows } from '../../core/ports/rehearsal.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { Row } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';
import { readRelations, type Relation } from './relations.js';

/** What the open transaction has locked and written so far. */
const OBSERVE = `
  SELECT l.relation AS oid, l.mode, s.nspname || '.' || c.relname AS name,
         CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) END AS inserted,
         CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) END AS updated,
         CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) END AS deleted
    FROM pg_catalog.pg_locks l
    LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
    LEFT JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
   WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
     AND (s.nspname IS NULL OR s.nspname <> 'information_schema' AND s.nspname !~ '^pg_')
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

  private constructor(
    private readonly connection: PgConnection,
    /** The relations before the rehearsal. */
    private readonly existing: ReadonlyMap<string, Relation>,
    private latest: ReadonlyMap<string, Relation>,
  ) {}

  /** @throws MigrationError */
  static async begin(connection: PgConnection): Promise<Observation> {
    const existing = await readRelations(connection);
    return new Observation(connection, existing, existing);
  }

  /** What has changed since the last call. @throws MigrationError */
  async next(): Promise<Pick<RehearsalResult, 'locks' | 'written' | 'rewritten'>> {
    const rows = await this.connection.query(OBSERVE).catch((error: unknown) => {
      throw queryError('reading the locks of the rehearsal', error);
    });
    const before = this.latest;
    this.latest = await readRelations(this.connection);
    const rewritten = [...before].filter(([oid, { storesRows, storage }]) => {
      const now = this.latest.get(oid);
      return storesRows && now !== undefined && now.storage !== storage;
    });
    return {
      locks: this.newLocks(rows),
      written: this.newRows(rows),
      rewritten: rewritten.map(([, { name }]) => name),
    };
  }

  private newLocks(rows: readonly Row[]): SeenLock[] {
    const taken = new Map<string, LockMode>();
    for (const { oid, mode } of rows) {
      const known = taken.get(String(oid)) ?? this.locked.get(String(oid));
      const seen = modeOf(String(mode));
      if (!known || LOCK_MODES.indexOf(seen) > LOCK_MODES.indexOf(known)) taken.set(String(oid), seen);
    }
    for (const [oid, mode] of taken) this.locked.set(oid, mode);
    return [...taken].flatMap(([oid, mode]) => {
      const relation = this.existing.get(oid);
      return relation ? [{ relation: relation.name, mode }] : [];
    });
  }

  private newRows(rows: readonly Row[]): WrittenRows[] {
    const byTable = new Map(rows.map((row) => [String(row['oid']), row]));
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
