import { CATALOG_FORMAT, type CatalogCheck, type FingerprintedCatalog } from '../../core/catalog/catalog.js';
import { compareCatalogs } from '../../core/catalog/compare-catalogs.js';
import { recordOnTop } from '../../core/catalog/record-on-top.js';
import { NO_FINGERPRINT, rerecord } from '../../core/catalog/rerecord.js';
import { HistoryTableError } from '../../core/errors/database-errors.js';
import { MigrationError } from '../../core/errors/migration-error.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import type { AcceptedObjects, CatalogRecorder, RecordBasis } from '../../core/ports/catalog.js';
import { displayName } from '../../core/target/table.js';
import { objectsSql } from '../catalog/queries/all-queries.js';
import { toReading } from '../catalog/snapshot/read-objects.js';
import { beginReading } from '../catalog/snapshot/read-transaction.js';
import { STAMP_SQL } from '../catalog/snapshot/stamp.js';
import { nameOfCompanion } from '../companions/tables.js';
import { actingAs } from '../connection/acting-role.js';
import { cancelWhenAborted } from '../supervision/cancel.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';
import { install } from '../history/install.js';
import { checkCatalog } from './check-catalog.js';
import { packObjects } from './content.js';
import { MARK_SQL, recordedScope } from './covered-schemas.js';
import {
  confirmRecordSql,
  insertRecordSql,
  LATEST_COLUMNS,
  latestRecordSql,
  toLatestRecord,
  type LatestRecord,
} from './record-table.js';
import { PgScratchDatabases } from './scratch/scratch-databases.js';
import type { AuditSql, CatalogSettings } from './settings.js';

export { checkCatalog, PgScratchDatabases }; // one file to load for all that read a catalog

/** Records the catalog on a connection that may write. Call it under the migration lock. */
export class PgCatalogRecorder implements Omit<CatalogRecorder, 'mayDiffer'> {
  constructor(
    private readonly connection: PgConnection,
    private readonly settings: CatalogSettings,
    private readonly auditSql: AuditSql,
  ) {}

  check(signal: AbortSignal | undefined): Promise<CatalogCheck> {
    return this.cancellable(signal, () => checkCatalog(this.connection, this.settings, true));
  }

  async mark(): Promise<string> {
    const [row] = await this.connection.query(MARK_SQL);
    return row?.['mark'] ?? '';
  }

  record({ mark, before }: RecordBasis, signal: AbortSignal | undefined): Promise<void> {
    return this.cancellable(signal, async () => {
      const reading = await this.read(mark);
      await this.store(before ? { ...reading, catalog: recordOnTop(before, reading.catalog) } : reading);
    });
  }

  refresh(signal: AbortSignal | undefined): Promise<void> {
    return this.cancellable(signal, async () => {
      const check = await checkCatalog(this.connection, this.settings, true);
      if (check.kind === 'unrecorded' || check.kind === 'outdated') return this.store(await this.read(undefined));
      if (check.kind !== 'different') return;
      const { recorded, live } = check;
      const { rewritten } = compareCatalogs(recorded, live, () => false);
      if (rewritten.length > 0)
        await this.store({ ...(await this.read(undefined)), catalog: rerecord(recorded, live) });
    });
  }

  accept({ accepted, note }: AcceptedObjects, signal: AbortSignal | undefined): Promise<void> {
    return this.cancellable(signal, async () => {
      const reading = await this.read(undefined);
      await this.store(accepted ? { ...reading, catalog: accepted } : reading, this.auditSql(note));
    });
  }

  private async cancellable<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const stopCancelling = cancelWhenAborted(this.connection, signal);
    try {
      return await work();
    } catch (error) {
      throw error instanceof MigrationError ? error : queryError('recording the catalog', error);
    } finally {
      stopCancelling();
    }
  }

  /** Reads the catalog in a transaction that stays open. Creates the table of records if it is missing. */
  private async read(mark: string | undefined): Promise<Reading> {
    const reading = await this.tryToRead(mark);
    if (reading) return reading;
    const { history, role } = this.settings;
    const { companions, notes } = await install(this.connection, history, { role, companions: ['catalog'] });
    const again = companions.includes('catalog') ? await this.tryToRead(mark) : undefined;
    if (again) return again;
    const name = displayName(nameOfCompanion(history, 'catalog'));
    const remedy = notes.map(({ actual }) => `Ask an administrator to run: ${actual}`).join(' ');
    throw new HistoryTableError(name, `The catalog cannot be recorded in ${name}. ${remedy}`);
  }

  /** One message. @returns undefined if there is no table of records. */
  private async tryToRead(mark: string | undefined): Promise<Reading | undefined> {
    const { history, role, groups, timeoutMs: statementTimeoutMs } = this.settings;
    const header =
      `SELECT ${LATEST_COLUMNS}, transaction_timestamp()::text AS read_at, ${STAMP_SQL} AS live_stamp, current_setting('server_version_num') AS server ` +
      `FROM (SELECT 1) AS one LEFT JOIN ${latestRecordSql(history)} ON true`;
    const objects = objectsSql(recordedScope(this.settings, mark), groups);
    const { results, error } = await this.connection.queryAll(
      asScript([...beginReading({ role, statementTimeoutMs }), header, objects]),
    );
    if (error) {
      await this.connection.run('ROLLBACK');
      if (serverErrorOf(error)?.sqlstate === SQLSTATE.undefinedTable) return undefined;
      throw error;
    }
    const [[first] = [], rows = []] = results;
    const catalog = { ...toReading(rows, groups), serverVersion: Number(first?.['server']) };
    return {
      latest: toLatestRecord(first),
      readAt: first?.['read_at'] ?? '',
      stamp: first?.['live_stamp'] ?? null,
      catalog,
      schemas: schemasOf(catalog),
    };
  }

  /** Ends the transaction that read the catalog, and stores it. @param others statements of the same transaction */
  private async store(reading: Reading, others: readonly string[] = []): Promise<void> {
    const { history, role } = this.settings;
    const { latest, catalog, schemas, readAt } = reading;
    // The stamp is that of the live catalog, which a composed record differs from.
    const isComposed = Object.values(catalog.fingerprint).includes(NO_FINGERPRINT);
    const stamp = isComposed ? null : reading.stamp;
    const statements =
      latest && !isComposed && isSame(latest, catalog, schemas)
        ? [confirmRecordSql(history, latest.id, { readAt, stamp })]
        : insertRecordSql(history, {
            readAt,
            stamp,
            isComposed,
            schemas,
            catalog,
            content: await packObjects(catalog.objects),
          });
    const { error } = await this.connection.run(
      asScript(['COMMIT', 'BEGIN', ...actingAs(role), ...statements, ...others, 'COMMIT']),
    );
    if (!error) return;
    await this.connection.run('ROLLBACK');
    throw error;
  }
}

/** A catalog that was read, with the newest record. */
interface Reading {
  readonly latest: LatestRecord | undefined;
  readonly catalog: FingerprintedCatalog;
  readonly schemas: readonly string[];
  readonly readAt: string;
  readonly stamp: string | null;
}

function schemasOf({ objects }: FingerprintedCatalog): string[] {
  const schemas = objects.relations?.filter(({ kind }) => kind === 'schema') ?? [];
  return schemas.flatMap(({ name }) => name).toSorted();
}

function isSame(latest: LatestRecord, catalog: FingerprintedCatalog, schemas: readonly string[]): boolean {
  const groups = Object.entries(catalog.fingerprint) as [keyof typeof catalog.fingerprint, string][];
  return (
    latest.format === CATALOG_FORMAT &&
    latest.serverVersion === catalog.serverVersion &&
    latest.schemas.join('\n') === schemas.join('\n') &&
    groups.length === Object.keys(latest.fingerprint).length &&
    groups.every(([group, fingerprint]) => latest.fingerprint[group] === fingerprint)
  );
}
