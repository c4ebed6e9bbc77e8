import type { CatalogCheck, FingerprintedCatalog } from '../../core/catalog/catalog.js';
import { compareCatalogs } from '../../core/catalog/compare-catalogs.js';
import { recordOnTop } from '../../core/catalog/record-on-top.js';
import { rerecord } from '../../core/catalog/rerecord.js';
import type { Finding } from '../../core/errors/finding.js';
import { HistoryTableError } from '../../core/errors/database-errors.js';
import { MigrationError } from '../../core/errors/migration-error.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import type { AcceptedObjects, CatalogRecorder, RecordBasis } from '../../core/ports/catalog.js';
import { displayName } from '../../core/target/table.js';
import type { ObjectSelection } from '../catalog/queries/all-queries.js';
import { toPresentKinds, type PresentKinds } from '../catalog/queries/rare-kinds.js';
import { coveredSchemaSql } from '../catalog/queries/scope.js';
import { readObjects } from '../catalog/snapshot/read-objects.js';
import { beginRecording } from '../catalog/snapshot/read-transaction.js';
import { LIVE_SQL } from '../catalog/snapshot/stamp.js';
import { withOpenIncident } from '../companions/incidents.js';
import { NOT_WRITABLE, whereWritable } from '../companions/where-writable.js';
import { nameOfCompanion } from '../companions/tables.js';
import { actingAs, asRole } from '../connection/acting-role.js';
import { cancelWhenAborted } from '../supervision/cancel.js';
import { HistoryScope } from '../../core/target/history-scope.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript, type Row } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';
import { install } from '../history/install.js';
import { checkCatalog, readAgainIfChanged } from './check-catalog.js';
import { migratedSql, recordedSchemas, recordedScope } from './covered-schemas.js';
import { LATEST_COLUMNS, latestRecordSql, toLatestRecord, type LatestRecord } from './record-table.js';
import { PgScratchDatabases } from './scratch/scratch-databases.js';
import type { AuditSql, CatalogSettings } from './settings.js';
import { recordComposedSql, recordLiveSql, removeOldSql, type Live } from './store-record.js';
import { readSchemaFingerprints, readTenantObjects } from './tenant-schemas.js';

export { checkCatalog, PgScratchDatabases, readSchemaFingerprints, readTenantObjects }; // so that everything that reads a catalog is loaded from one file

/** Records the catalog on a connection that may write. Call it under the migration lock. */
export class PgCatalogRecorder implements Omit<CatalogRecorder, 'mayDiffer'> {
  constructor(
    private readonly connection: PgConnection,
    private readonly settings: CatalogSettings,
    private readonly auditSql: AuditSql,
  ) {}

  check(signal: AbortSignal | undefined, despiteNewer = false): Promise<CatalogCheck> {
    return this.cancellable(signal, () => this.compare(despiteNewer));
  }

  async withIncident(findings: readonly Finding[]): Promise<readonly Finding[]> {
    const { history, role } = this.settings;
    const query = (sql: string): Promise<Row[]> => this.connection.query(asRole(role, sql), NOT_WRITABLE);
    // Without the table, each process keeps its own incidents.
    return (await whereWritable(() => withOpenIncident(history, findings, query))) ?? [];
  }

  record(before: RecordBasis, signal: AbortSignal | undefined): Promise<void> {
    return this.cancellable(signal, async () => {
      const live = await this.begin();
      if (!before) return this.storeLive(live);
      await this.storeComposed(live, recordOnTop(before, await this.read(live)));
    });
  }

  refresh(signal: AbortSignal | undefined): Promise<void> {
    return this.cancellable(signal, async () => {
      const check = await this.compare();
      if (check.kind === 'unrecorded' || check.kind === 'outdated') return this.storeLive(await this.begin());
      if (check.kind !== 'different') return;
      const { recorded, live } = check;
      const { rewritten } = compareCatalogs(recorded, live, () => false);
      if (rewritten.length > 0) await this.storeComposed(await this.begin(), rerecord(recorded, live));
    });
  }

  accept({ accepted, note }: AcceptedObjects, signal: AbortSignal | undefined): Promise<void> {
    return this.cancellable(signal, async () => {
      const live = await this.begin();
      const audit = this.auditSql(note);
      await (accepted ? this.storeComposed(live, accepted, audit) : this.storeLive(live, audit));
    });
  }

  private compare(despiteNewer = false): Promise<CatalogCheck> {
    return checkCatalog(this.connection, this.settings, { underLock: true, despiteNewer });
  }

  private async cancellable<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const stopCancelling = cancelWhenAborted(this.connection, signal);
    try {
      return await readAgainIfChanged(work, signal);
    } catch (error) {
      throw error instanceof MigrationError ? error : queryError('recording the catalog', error);
    } finally {
      stopCancelling();
    }
  }

  /** Begins the transaction that reads and stores the catalog. Creates the table of records if it is missing. */
  private async begin(): Promise<OpenRecording> {
    const opened = await this.tryToBegin();
    if (opened) return opened;
    const { history, role } = this.settings;
    const { companions, notes } = await install(this.connection, new HistoryScope(history), {
      role,
      companions: ['catalog'],
    });
    const again = companions.includes('catalog') ? await this.tryToBegin() : undefined;
    if (again) return again;
    const name = displayName(nameOfCompanion(history, 'catalog'));
    const remedy = notes.map(({ actual }) => `Ask an administrator to run: ${actual}`).join(' ');
    throw new HistoryTableError(name, `The catalog cannot be recorded in ${name}. ${remedy}`);
  }

  /** One message. @returns undefined if there is no table of records. */
  private async tryToBegin(): Promise<OpenRecording | undefined> {
    const { history, role, timeoutMs: statementTimeoutMs } = this.settings;
    const covered = '(SELECT jsonb_agg(s.name ORDER BY s.name) FROM covered_schema s) AS covered';
    const select =
      `WITH ${migratedSql(history)}, ${coveredSchemaSql(recordedSchemas(this.settings))} SELECT ${LATEST_COLUMNS}, ${covered}, ` +
      `live.stamp AS live_stamp, live.kinds, current_setting('server_version_num') AS server ` +
      `FROM ${LIVE_SQL} LEFT JOIN ${latestRecordSql(history)} ON true`;
    const { results, error } = await this.connection.queryAll(
      asScript([...beginRecording({ role, statementTimeoutMs }), select]),
    );
    if (error) {
      await this.connection.run('ROLLBACK');
      if (serverErrorOf(error)?.sqlstate === SQLSTATE.undefinedTable) return undefined;
      throw error;
    }
    const row = results.at(-1)?.[0];
    return {
      newest: toLatestRecord(row),
      serverVersion: Number(row?.['server']),
      stamp: row?.['live_stamp'] ?? null,
      schemas: JSON.parse(row?.['covered'] ?? '[]') as string[],
      kinds: toPresentKinds(row?.['kinds']),
    };
  }

  private async read(live: OpenRecording): Promise<FingerprintedCatalog> {
    try {
      return { ...(await readObjects(this.connection, this.selection(live))), serverVersion: live.serverVersion };
    } catch (error) {
      await this.connection.run('ROLLBACK');
      throw error;
    }
  }

  private selection({ schemas, kinds }: OpenRecording): ObjectSelection {
    return { scope: recordedScope(this.settings, schemas), groups: this.settings.groups, kinds };
  }

  /** @param others statements of the same transaction */
  private storeLive(live: OpenRecording, others: readonly string[] = []): Promise<void> {
    return this.commit([recordLiveSql(this.settings.history, live, this.selection(live), live.newest), ...others]);
  }

  private storeComposed(
    live: OpenRecording,
    catalog: FingerprintedCatalog,
    others: readonly string[] = [],
  ): Promise<void> {
    return this.commit([recordComposedSql(this.settings.history, live, catalog), ...others]);
  }

  /** Ends the transaction. Removes old records in another one, where a failure is harmless. */
  private async commit(statements: readonly string[]): Promise<void> {
    const { history, role } = this.settings;
    const tidy = ['BEGIN', 'SET LOCAL synchronous_commit = off', ...actingAs(role), removeOldSql(history), 'COMMIT'];
    const { error, completed } = await this.connection.run(asScript([...statements, 'COMMIT', ...tidy]));
    if (!error) return;
    await this.connection.run('ROLLBACK');
    if (completed <= statements.length) throw error;
  }
}

/** What the database says when the transaction that reads and stores the catalog begins. */
interface OpenRecording extends Live {
  readonly newest: LatestRecord | undefined;
  readonly kinds: PresentKinds;
}
