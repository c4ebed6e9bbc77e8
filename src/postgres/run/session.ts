import { randomUUID } from 'node:crypto';
import type { ForeignRow, ForeignTool } from '../../core/tools/foreign-tools.js';
import type { History } from '../../core/status/history.js';
import { DatabaseConnectionError, LockLostError, type LockHolder } from '../../core/errors/errors.js';
import type {
  MigrationSession,
  RecordedMigration,
  RowRepair,
  RunListener,
  RunOutcome,
  RunSettings,
} from '../../core/ports/ports.js';
import type { Program, TransactionalProgram } from '../../core/compile/program.js';
import { actingAs, assertRole, type ActingRole } from '../connection/acting-role.js';
import { refuseSessionState } from './pooler.js';
import { displayName, type TableName } from '../../core/target/table.js';
import { readForeignHistory } from '../history/foreign-history.js';
import { endStranded } from '../connection/backend.js';
import { cancelWhenAborted } from '../connection/cancel.js';
import type { Lease } from '../connection/connection.js';
import { groupPrograms, wantsNewSession } from './grouping.js';
import { noticesSql, recordSql, repairSql } from '../history/history-sql.js';
import { readHistory } from '../history/history-reader.js';
import { prepareTable } from '../history/history-table.js';
import { holdsLockCondition, lockKey, readLockHolder } from '../lock/lock.js';
import { NoLock, PinnedLock, SessionLock, type LockKind, type MigrationLock } from '../lock/migration-lock.js';
import { NoticeCollector, storableNotices } from './notices.js';
import { pinnedSettings, resetStatements, type StatementTimeouts } from '../connection/reset.js';
import { must, type RunContext } from './run-context.js';
import { runStepwise } from './run-stepwise.js';
import { TransactionalRun } from './run-transactional.js';
import { asScript, runScript } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';
import { readServerFacts, type ServerFacts } from '../connection/server-facts.js';

const SESSION_BEHIND_POOLER =
  'lock: "session" behind a pooler is right only where the pooler gives a server connection for the whole session (session mode). ' +
  'In transaction mode nothing would be locked, and what a migration sets would reach others: use "auto" there';

export interface SessionSettings {
  /** The history table. */
  readonly table: TableName;
  readonly timeouts: StatementTimeouts;
  readonly lock: LockKind;
  readonly role: ActingRole;
  /** A second connection to the same database. */
  readonly openConnection: () => Promise<Lease>;
}

/**
 * A connection that may migrate. Anything but a plain read makes it dirty, and a dirty connection is never given back.
 */
export class PgMigrationSession implements MigrationSession {
  private dirty = false;
  private lock: MigrationLock | undefined;
  private closed = false;
  private known: ServerFacts | undefined;

  constructor(
    private readonly lease: Lease,
    private readonly settings: SessionSettings,
  ) {}

  private get table(): TableName {
    return this.settings.table;
  }

  read(): Promise<History> {
    return this.marking(() => readHistory(this.lease.client, this.table, this.settings.role));
  }

  async tryLock(): Promise<boolean> {
    this.dirty = true;
    const facts = await this.facts();
    if (facts.standby) {
      throw new DatabaseConnectionError(
        'READ_ONLY',
        'This server is a read-only standby: migrations can only run on the primary. Connect to the primary.',
      );
    }
    this.lock ??= this.makeLock(facts);
    return this.lock.tryTake();
  }

  async lockHolder(): Promise<LockHolder | undefined> {
    const { database } = await this.facts();
    return readLockHolder(this.lease.client, lockKey(database, this.table));
  }

  get lockBackend(): string | undefined {
    return this.lock?.backend;
  }

  async endStrandedHolder(backend: string): Promise<void> {
    const { database } = await this.facts();
    const condition = holdsLockCondition('a.pid', lockKey(database, this.table));
    await endStranded(this.lease.client, { name: backend, condition });
  }

  /** Behind a pooler a session's lock is none: two clients get it, and it outlives both. */
  private makeLock({ database, version, pooled }: ServerFacts): MigrationLock {
    const key = lockKey(database, this.table);
    const { lock, openConnection } = this.settings;
    const kind = lock === 'auto' ? (pooled ? 'transaction' : 'session') : lock;
    if (kind === 'off') return new NoLock();
    if (kind === 'session') return new SessionLock(this.lease.client, key);
    return new PinnedLock(openConnection, key, pinnedSettings(version));
  }

  async prepareHistory(signal?: AbortSignal): Promise<void> {
    this.dirty = true;
    const { role, timeouts } = this.settings;
    const stopWatching = cancelWhenAborted(this.lease.client, signal);
    await prepareTable(this.lease.client, this.table, { role, ...timeouts, signal }).finally(stopWatching);
  }

  async runEach(programs: readonly Program[], settings: RunSettings, listener: RunListener): Promise<RunOutcome> {
    return this.running(programs, settings, listener, async (context) => {
      const run = new TransactionalRun(context, 'each');
      const groups = groupPrograms(programs);
      for (const [i, group] of groups.entries()) {
        const outcome =
          group.kind === 'stepwise' ? await runStepwise(context, group.program) : await run.run(group.programs);
        if (outcome.kind !== 'done') return outcome;
        const last = group.kind === 'stepwise' ? group.program : group.programs.at(-1);
        if (last && i < groups.length - 1 && wantsNewSession(last)) return { kind: 'reconnect' };
      }
      return { kind: 'done' };
    });
  }

  async runTogether(
    programs: readonly TransactionalProgram[],
    settings: RunSettings,
    listener: RunListener,
  ): Promise<RunOutcome> {
    return this.running(programs, settings, listener, (context) =>
      new TransactionalRun(context, 'together').run(programs),
    );
  }

  async record(migrations: readonly RecordedMigration[]): Promise<void> {
    const runId = randomUUID();
    await this.write(
      'recording migrations',
      migrations.map((migration) => recordSql(this.table, migration, runId)),
    );
  }

  readForeign(tool: ForeignTool, table: TableName | undefined): Promise<readonly ForeignRow[]> {
    return this.marking(() => readForeignHistory(this.lease.client, tool, table, this.settings.role));
  }

  async repair(repairs: readonly RowRepair[]): Promise<void> {
    await this.write(
      'repairing the history',
      repairs.map((repair) => repairSql(this.table, repair)),
    );
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.lock?.release();
    await this.lease.release(this.dirty);
  }

  private async running(
    programs: readonly Program[],
    settings: RunSettings,
    listener: RunListener,
    run: (context: RunContext) => Promise<RunOutcome>,
  ): Promise<RunOutcome> {
    this.dirty = true;
    const { client } = this.lease;
    const facts = await this.facts();
    const bySession = facts.pooled && this.settings.lock === 'session';
    if (bySession) listener.warning(SESSION_BEHIND_POOLER);
    const pooled = facts.pooled && !bySession;
    const marker = `${randomUUID()} `;
    const notices = new NoticeCollector(client, marker, (migration, notice) => listener.notice(migration, notice));
    const context: RunContext = {
      client,
      table: this.table,
      settings,
      listener,
      notices,
      timeouts: this.settings.timeouts,
      role: this.settings.role,
      marker,
      reset: resetStatements(this.settings.timeouts, facts.version),
      pooled,
      ownName: facts.ownName,
      lockCheck: this.lock?.checkSql,
      exclusive: this.lock?.exclusive ?? false,
      assertLocked: async () => this.lock?.assertHeld(),
      retakeLock: () => this.retakeLock(),
    };
    const stopWatching = cancelWhenAborted(client, settings.signal);
    try {
      if (context.pooled) refuseSessionState(programs, context.role);
      const outcome = await run(context);
      const said = storableNotices(notices.collected(), programs);
      if (settings.tracked && said.size > 0)
        await must(context, 'recording notices', [...actingAs(context.role), noticesSql(this.table, said)]);
      return outcome;
    } finally {
      notices.stop();
      stopWatching();
    }
  }

  private async retakeLock(): Promise<void> {
    if (await this.tryLock()) return;
    throw new LockLostError(displayName(this.table));
  }

  private async write(doing: string, statements: readonly string[]): Promise<void> {
    if (statements.length === 0) return;
    this.dirty = true;
    const { error } = await runScript(
      this.lease.client,
      asScript(['BEGIN', ...actingAs(this.settings.role), ...statements, 'COMMIT']),
    );
    if (!error) return;
    await runScript(this.lease.client, 'ROLLBACK');
    throw queryError(doing, error);
  }

  private async facts(): Promise<ServerFacts> {
    if (this.known) return this.known;
    this.known = await readServerFacts(this.lease.client);
    await assertRole(this.lease.client, this.settings.role);
    return this.known;
  }

  private async marking<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.dirty = true;
      throw error;
    }
  }
}
