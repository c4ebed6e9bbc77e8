import type { MigrationSet } from '../migration/migration-set.js';
import type { History, HistoryRow } from './history.js';
import { areRecorded, rowsOf, type KnownRows, type OrdinaryRows } from './ordinary-rows.js';

type SetOrReading = MigrationSet | Promise<MigrationSet>;

/** Caches the ordinary rows of a history, for a process that reads it often. */
export class RememberedRows {
  private remembered:
    | {
        readonly ordinary: OrdinaryRows;
        readonly rows: readonly HistoryRow[];
        /** The set from which they were derived; undefined if the server sent them. */
        readonly set: SetOrReading | undefined;
      }
    | undefined;

  /**
   * Reads a history. Cached rows are the same objects each time.
   *
   * @param set files that the history may have recorded; if it is still being read, the same promise each time.
   * @param read reads the history; it may leave out known rows.
   */
  async read(set: SetOrReading, read: (known: KnownRows) => Promise<History>): Promise<History> {
    let unknown: OrdinaryRows | undefined;
    const history = await read(async (ordinary) => {
      const remembered = this.recall(ordinary, set);
      if (remembered) return remembered;
      const rows = await rowsOf(set)(ordinary);
      if (rows) this.remembered = { ordinary, rows, set };
      else unknown = ordinary;
      return rows;
    });
    if (unknown) this.learn(unknown, history);
    return history;
  }

  private recall({ count, fingerprint }: OrdinaryRows, set: SetOrReading): readonly HistoryRow[] | undefined {
    if (!this.remembered) return undefined;
    const { ordinary, rows, set: recorded } = this.remembered;
    const isSame = ordinary.count === count && ordinary.fingerprint === fingerprint;
    return isSame && (recorded === undefined || recorded === set) ? rows : undefined;
  }

  /** The rows were read after their summary, so they may have changed in between. */
  private learn(ordinary: OrdinaryRows, history: History): void {
    const others = new Set(ordinary.others);
    const rows = history.rows.filter(({ file }) => !others.has(file));
    const recorded = rows.flatMap(({ file, checksum }) => (checksum === null ? [] : [{ file, checksum }]));
    if (areRecorded(recorded, ordinary)) this.remembered = { ordinary, rows, set: undefined };
  }
}
