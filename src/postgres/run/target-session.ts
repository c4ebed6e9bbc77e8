import type { CatalogRecorder } from '../../core/ports/catalog.js';
import type { TableFactsReader } from '../../core/lint/model/facts.js';
import type { ForeignHistoryReader, HistoryStore, TargetSession } from '../../core/ports/ports.js';
import { historyScopeOf, type Target } from '../../core/target/target.js';
import { readTableFacts } from '../catalog/table-facts.js';
import { LazyCatalogRecorder } from '../catalog-record/lazy-recorder.js';
import type { CatalogSettings } from '../catalog-record/settings.js';
import { assertRole } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import type { StatementTimeouts } from '../connection/reset.js';
import { SessionFacts } from '../connection/server-facts.js';
import type { CompanionName } from '../companions/tables.js';
import { readForeignHistory } from '../history/foreign-history.js';
import type { InstallOnce } from '../history/install-once.js';
import { NO_STORE, PgHistoryStore } from '../history/history-store.js';
import { NO_RECORDS, TableRecords } from '../history/statements.js';
import type { LockKind } from '../lock/migration-lock.js';
import type { TurnSettings } from '../lock/turn.js';
import { TargetLock } from '../lock/target-lock.js';
import { PgExecutor } from './executor.js';

/** How a session migrates. */
export interface SessionSettings {
  readonly target: Target;
  /** False: nothing is recorded. */
  readonly tracking: boolean;
  readonly timeouts: StatementTimeouts;
  readonly lock: LockKind;
  /** How non-transactional migrations take turns with those of other targets of the database. @default they do not */
  readonly turns?: TurnSettings | undefined;
  /** False: details of server errors, which may contain rows, are left out. */
  readonly showRowData: boolean;
  /** The companion tables that runs write. */
  readonly companions: readonly CompanionName[];
  /** For targets that share a history table. */
  readonly installOnce?: InstallOnce | undefined;
  /** Undefined if the catalog is not recorded. */
  readonly catalog: CatalogSettings | undefined;
}

/** A connection that may migrate, with the parts that use it. */
export class PgTargetSession implements TargetSession {
  readonly history: HistoryStore;
  readonly lock: TargetLock;
  readonly executor: PgExecutor;
  readonly foreign: ForeignHistoryReader;
  readonly tables: TableFactsReader;
  readonly catalog: CatalogRecorder | undefined;
  private closed = false;

  /** @param openConnection opens another connection to the same database. */
  constructor(
    private readonly connection: PgConnection,
    settings: SessionSettings,
    openConnection: () => Promise<PgConnection>,
  ) {
    const { target, timeouts, tracking, lock, companions, installOnce: once } = settings;
    const { table, tenant, role, searchPath, createsSchema } = target;
    const scope = historyScopeOf(target);
    // If the history was read as the role, the role works.
    const facts = new SessionFacts(connection, async () => {
      if (!store.hasRead) await assertRole(connection, role);
    });
    const assertAllowed = () => assertSchemaOfTenant(connection, target, this.lock);
    const createsTableSchema = target.ownSchema === undefined; // never again that of a tenant
    const installing = { role, companions, once, ...timeouts, assertAllowed, createsSchema: createsTableSchema };
    const store = new PgHistoryStore(connection, scope, installing, facts);
    const records = (runId: string) =>
      tracking ? new TableRecords(scope, runId, store.companions, !createsSchema) : NO_RECORDS;
    this.history = tracking ? store : NO_STORE;
    this.lock = new TargetLock(connection, { ...table, tenant: tenant?.name }, lock, facts, openConnection);
    this.executor = new PgExecutor(connection, { ...settings, records }, this.lock, facts);
    this.catalog =
      settings.catalog && new LazyCatalogRecorder(connection, settings.catalog, (note) => store.auditSql(note));
    this.foreign = { read: (tool, foreignTable) => readForeignHistory(connection, tool, foreignTable, role) };
    this.tables = { read: (names) => readTableFacts(connection, names, searchPath) };
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.lock.release();
    await this.connection.release();
  }
}

/** Loads what other targets do not need. */
async function assertSchemaOfTenant(connection: PgConnection, target: Target, lock: TargetLock): Promise<void> {
  if (!target.tenant && !target.ownSchema) return;
  const { assertOwnSchema } = await import('../tenants/own-schema.js');
  await assertOwnSchema(connection, target, lock);
}
