import { randomUUID } from 'node:crypto';
import type { NewAuditEntry } from '../../core/history/audit.js';
import type { Finding } from '../../core/errors/finding.js';
import { UNTRACKED_HISTORY, type History } from '../../core/history/history.js';
import type { KnownRows } from '../../core/history/ordinary-rows.js';
import type { HistoryChange, HistoryStore } from '../../core/ports/ports.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { HistoryScope } from '../../core/target/history-scope.js';
import { parseStatements } from '../parser/parse-sql.js';
import { invalidIndexesOf } from '../catalog/invalid-indexes.js';
import { auditChangeSql, auditDeadRunSql, auditRunSql } from '../companions/audit.js';
import { SourceRecords } from '../companions/source.js';
import type { CompanionName } from '../companions/tables.js';
import { actingAs } from '../connection/acting-role.js';
import { cancelWhenAborted } from '../supervision/cancel.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript } from '../connection/script.js';
import { queryError, readOnlyError } from '../connection/server-error.js';
import type { SessionFacts } from '../connection/server-facts.js';
import { coverSql, identity } from './claims.js';
import { assignments, NOW, SqlExpression, upsertSql, type ColumnValues } from './columns.js';
import { install, type Installed, type InstallSettings } from './install.js';
import type { InstallOnce } from './install-once.js';
import { readHistory } from './read-history.js';
import { readShape, type TableShape } from './table-shape.js';
import { keptValues, progressValues, removeOldName, replaceable, withInvalidIndexes } from './statements.js';

interface StoreSettings extends Omit<InstallSettings, 'signal'> {
  readonly once?: InstallOnce | undefined;
  /** Before the first row is written. @throws RefusedError if nothing may run on the target. @default does nothing */
  readonly assertAllowed?: () => Promise<void>;
}

/** The history table, on a connection that may write. */
export class PgHistoryStore implements HistoryStore {
  readonly keepsRecords = true;
  /** True once the history has been read, as the role if there is one. */
  hasRead = false;
  private isEmpty = false;
  private usable: readonly CompanionName[] = [];

  constructor(
    private readonly connection: PgConnection,
    private readonly scope: HistoryScope,
    private readonly settings: StoreSettings,
    private readonly facts: Pick<SessionFacts, 'get'>,
  ) {}

  async read(known?: KnownRows): Promise<History> {
    const history = await readHistory(this.connection, this.scope, this.settings.role, known);
    this.hasRead = true;
    this.isEmpty = history.rows.length === 0;
    return history;
  }

  /** The companion tables that can be written. Known once our objects are installed. */
  get companions(): readonly CompanionName[] {
    return this.usable;
  }

  prepareInstall(): HistoryStore['install'] {
    if (this.settings.once?.isDone) return (signal) => this.install(signal);
    const shape = readShape(this.connection, this.scope, this.settings.role);
    shape.catch(() => {}); // install() gets the error
    return (signal) => this.install(signal, shape);
  }

  async install(signal?: AbortSignal, shape?: Promise<TableShape>): Promise<readonly Finding[]> {
    if ((await this.facts.get()).readOnly) throw readOnlyError('setting');
    const { once, assertAllowed } = this.settings;
    if (this.isEmpty) await assertAllowed?.();
    const work = (): Promise<Installed> => this.installNow(signal, shape);
    const { companions, notes } = await (once ? once.run(work) : work());
    this.usable = companions;
    return notes;
  }

  private installNow(signal: AbortSignal | undefined, shape: Promise<TableShape> | undefined): Promise<Installed> {
    const stopCancelling = cancelWhenAborted(this.connection, signal);
    const installing = install(this.connection, this.scope, { ...this.settings, signal }, shape);
    return installing.finally(stopCancelling);
  }

  async change(changes: readonly HistoryChange[], note: NewAuditEntry, runId: string = randomUUID()): Promise<void> {
    if (changes.length === 0) return;
    const statements: string[] = [];
    for (const change of changes) {
      const invalid = await this.findInvalidIndexes(change);
      statements.push(...changeSql(this.scope, change, runId, invalid));
    }
    statements.push(...this.auditSql(note, runId));
    if (this.usable.includes('source')) {
      const recorded = changes.flatMap((change) => ('migration' in change ? [change.migration] : []));
      statements.push(...new SourceRecords(this.scope).of(recorded));
    }
    const error = await this.commit(statements);
    if (error) throw queryError('changing the history', error);
  }

  async note(note: NewAuditEntry): Promise<void> {
    const statements = this.auditSql(note);
    if (statements.length === 0) return;
    const error = await this.commit(statements);
    if (error) throw queryError('writing the audit', error);
  }

  /** SQL that adds an entry to the audit; empty if the audit cannot be written. */
  auditSql(note: NewAuditEntry, runId: string = randomUUID()): string[] {
    return this.usable.includes('audit') ? [auditChangeSql(this.scope, runId, note)] : [];
  }

  /** The session may not have installed our objects, so it is not known in advance whether this works. */
  async auditRun(runId: string): Promise<void> {
    await this.commit([auditRunSql(this.scope, runId, true)]);
  }

  async auditDeadRun(runId: string): Promise<void> {
    if (this.usable.includes('audit')) await this.commit([auditDeadRunSql(this.scope, runId)]);
  }

  /** @returns the error, in which case nothing has changed, or undefined. */
  private async commit(statements: readonly string[]): Promise<unknown> {
    const script = asScript(['BEGIN', ...actingAs(this.settings.role), ...statements, 'COMMIT']);
    const { error } = await this.connection.record(script);
    if (error) await this.connection.record('ROLLBACK');
    return error;
  }

  /** A change that forgets a statement in doubt keeps what it left: nothing will look for it again. */
  private async findInvalidIndexes(change: HistoryChange): Promise<ColumnValues> {
    if (!('statement' in change) || change.statement === undefined) return {};
    const [first] = (await parseStatements(change.statement)) ?? [];
    const names = await invalidIndexesOf(this.connection, first?.node).catch((error: unknown) => {
      throw queryError('looking for invalid indexes', error);
    });
    return withInvalidIndexes(names);
  }
}

/** A history that is always empty: for runs without tracking. */
export const NO_STORE: HistoryStore = {
  keepsRecords: false,
  read: () => Promise.resolve(UNTRACKED_HISTORY),
  prepareInstall: () => () => Promise.resolve([]),
  install: () => Promise.resolve([]),
  change: () => Promise.resolve(),
  note: () => Promise.resolve(),
  auditRun: () => Promise.resolve(),
  auditDeadRun: () => Promise.resolve(),
};

const NO_STEP_NEXT: ColumnValues = { running: false, next_statement: null, next_checksum: null };

/** @param invalid the invalid indexes of a statement that was in doubt. */
function changeSql(scope: HistoryScope, change: HistoryChange, runId: string, invalid: ColumnValues): string[] {
  const update = (file: string, values: ColumnValues, condition: string): string[] => [
    `UPDATE ${scope.name} SET ${assignments(values)} WHERE migration_file = ${quoteLiteral(file)}${scope.andOwn} AND ${condition}`,
  ];
  switch (change.kind) {
    case 'record': {
      const { migration, origin, executedAt = NOW, row } = change;
      const values = { ...identity(migration), origin, run_id: runId, executed_at: executedAt, ...keptValues(row) };
      return [...removeOldName(scope, migration, row), upsertSql(scope, values, replaceable(row))];
    }
    case 'cover':
      return coverSql(scope, runId, change.files, change.origin);
    case 'adopt': {
      const { executed_by: _, ...values } = identity(change.migration);
      return update(change.recordedAs, values, 'error_message IS NULL');
    }
    case 'remove':
      return [`DELETE FROM ${scope.name} WHERE migration_file = ${quoteLiteral(change.file)}${scope.andOwn}`];
    case 'restart':
    case 'resume':
      return update(change.file, { ...progressAfter(change), ...invalid }, 'error_message IS NOT NULL');
    case 'resolve':
      return update(change.file, { ...progressAfter(change), ...invalid }, 'running AND next_checksum IS NOT NULL');
  }
}

/** The progress of an unfinished migration after a change, and the reason that its row shows. */
function progressAfter(
  change: Extract<HistoryChange, { readonly kind: 'restart' | 'resume' | 'resolve' }>,
): ColumnValues {
  if (change.kind === 'restart') {
    const error_message = 'to be started over, as set by repair()';
    return { ...progressValues(change.progress), running: false, error_message };
  }
  if (change.kind === 'resume') {
    const error_message = 'to be continued with the file as it is, as set by repair()';
    return { ...progressValues(change.progress), running: false, error_message };
  }
  const done = change.outcome === 'done';
  return {
    ...NO_STEP_NEXT,
    error_message: `interrupted; the step in doubt was resolved: ${done ? 'it took effect' : 'it will be run again'}`,
    ...(done && {
      steps_done: new SqlExpression('steps_done + 1'),
      done_checksum: new SqlExpression('next_checksum'),
    }),
  };
}
