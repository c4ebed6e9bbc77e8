import type { Task } from '../../core/compile/task.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import { type HistoryRow, type Notice, type StepProgress } from '../../core/history/history.js';
import type { Migration } from '../../core/migration/migration.js';
import { quoteBody, quoteLiteral } from '../../core/sql/text/quote.js';
import type { HistoryScope } from '../../core/target/history-scope.js';
import { auditRunSql } from '../companions/audit.js';
import { SourceRecords } from '../companions/source.js';
import type { CompanionName } from '../companions/tables.js';
import { claimSql, COMPLETED, completionSql, coverSql, deleteDeadSql, identity, orEmpty } from './claims.js';
import { assignments, NOW, SqlExpression, upsertSql, type ColumnValues } from './columns.js';

/** The SQL that records a run, sent in the same messages as the migrations. Without tracking it records nothing. */
export interface RunRecords {
  /**
   * Inserts a "running" row in place of that of a failed or dead attempt, if the task has one. Raises 23505 if another
   * row is there: the migration was applied or failed in the meantime, or a run other than the one known to be dead is
   * running it. It never silently matches zero rows. With a checkpoint, it also records the migrations that it covers.
   */
  claim(task: Task, progress?: StepProgress): string[];
  /**
   * Completes a claim of this same transaction. If the file has ended that transaction, raises 22P02 with the marker in
   * its message. Returns a row with a text: the marker, the recorded duration if there is one, a space and the file.
   */
  complete(file: string, marker: string): string;
  /** The same for any file, to be prepared, which is cheaper for many. Undefined if there is nothing to prepare. */
  prepared(marker: string): PreparedRecords | undefined;
  /** Completes a non-transactional migration. */
  completeSteps(file: string): string[];
  /**
   * Records how many steps are done. Raises if the row is no longer this run's, unless `unchecked`, which is faster and
   * safe in a session that holds the lock itself. @default unchecked: false
   */
  progress(file: string, progress: StepProgress, unchecked?: boolean): string[];
  /** Records a failed attempt after its rollback. Never overwrites an applied row. */
  fail(task: Task, error: string, startedAt: Date, durationMs: number): string[];
  /** Records a failed step. The progress of earlier steps stays recorded. */
  failStep(file: string, error: string): string[];
  /** Records invalid indexes, as `schema.name`, in addition to those recorded before. */
  invalidIndexes(file: string, names: readonly string[]): string[];
  /** Stores server messages, by file, in the rows of this run. */
  notices(notices: ReadonlyMap<string, readonly Notice[]>): string[];
  /** Records the end of the run. By then, its rows show what it has done. */
  end(): string[];
  /** Records the sources of migrations; undefined if they are not recorded. */
  readonly sources: SourceRecords | undefined;
}

/** Statements with parameters that claim and complete a migration that has no row. */
export interface PreparedRecords {
  /** `$1`: the file; `$2`: its checksum; `$3`: its canonical checksum. */
  readonly claim: string;
  /** `$1`: the file. */
  readonly complete: string;
}

const THIS_TRANSACTION = new SqlExpression('pg_catalog.pg_current_xact_id()');

/** Progress as columns. */
export function progressValues({ done, total, doneChecksum, next }: StepProgress): ColumnValues {
  return {
    steps_done: done,
    steps_total: total,
    done_checksum: doneChecksum,
    next_statement: next?.statement ?? null,
    next_checksum: next?.doneChecksum ?? null,
  };
}

/** Records in the history table. */
export class TableRecords implements RunRecords {
  readonly sources: SourceRecords | undefined;

  /**
   * @param companions the companion tables that can be written.
   * @param recordsFailures false if nothing remains for which a failure could be recorded.
   */
  constructor(
    private readonly scope: HistoryScope,
    private readonly runId: string,
    private readonly companions: readonly CompanionName[],
    private readonly recordsFailures = true,
  ) {
    this.sources = companions.includes('source') ? new SourceRecords(scope) : undefined;
  }

  claim({ program: { migration }, row, covers = [] }: Task, progress?: StepProgress): string[] {
    const { scope, runId } = this;
    const origin: ColumnValues = covers.length > 0 ? { origin: 'checkpoint' } : {};
    const more = {
      ...origin,
      ...(progress && { ...progressValues(progress), first_xid: THIS_TRANSACTION }),
      ...keptValues(row),
    };
    return [
      ...(row ? [deleteDeadSql(scope, migration, row)] : []),
      claimSql(scope, runId, migration, more),
      ...coverSql(scope, runId, covers),
    ];
  }

  complete(file: string, marker: string): string {
    return completionSql(this.scope, quoteLiteral(file), marker);
  }

  prepared(marker: string): PreparedRecords {
    const file = new SqlExpression('$1');
    const checksums = { checksum: new SqlExpression('$2'), canonicalChecksum: new SqlExpression('$3') };
    return {
      claim: claimSql(this.scope, this.runId, { file, ...checksums }),
      complete: completionSql(this.scope, file.sql, marker),
    };
  }

  completeSteps(file: string): string[] {
    return this.updateOwnRow(file, COMPLETED);
  }

  progress(file: string, progress: StepProgress, unchecked = false): string[] {
    return this.updateOwnRow(file, progressValues(progress), unchecked);
  }

  fail({ program: { migration }, row }: Task, error: string, startedAt: Date, durationMs: number): string[] {
    if (!this.recordsFailures) return [];
    return [
      ...removeOldName(this.scope, migration, row),
      upsertSql(
        this.scope,
        {
          ...identity(migration),
          origin: 'migrate',
          run_id: this.runId,
          running: false,
          error_message: error,
          executed_at: NOW,
          started_at: startedAt,
          execution_time_ms: durationMs,
          ...keptValues(row),
        },
        replaceable(row),
      ),
    ];
  }

  failStep(file: string, error: string): string[] {
    const values = assignments({ running: false, error_message: error, executed_at: NOW });
    return [`UPDATE ${this.scope.name} SET ${values} WHERE ${this.isOwnRow(file)} AND error_message IS NOT NULL`];
  }

  invalidIndexes(file: string, names: readonly string[]): string[] {
    return names.length === 0 ? [] : this.updateOwnRow(file, withInvalidIndexes(names));
  }

  notices(notices: ReadonlyMap<string, readonly Notice[]>): string[] {
    if (notices.size === 0) return [];
    const rows = [...notices].map(
      ([file, list]) => `(${quoteLiteral(file)}, ${quoteLiteral(JSON.stringify(list))}::pg_catalog.jsonb)`,
    );
    return [
      `UPDATE ${this.scope.name} AS history SET notices = sent.list FROM (VALUES ${rows.join(', ')}) AS sent (file, list) ` +
        `WHERE history.migration_file = sent.file AND history.run_id = ${quoteLiteral(this.runId)}${this.scope.andOwn}`,
    ];
  }

  end(): string[] {
    return this.companions.includes('audit') ? [auditRunSql(this.scope, this.runId)] : [];
  }

  private isOwnRow(file: string): string {
    return `migration_file = ${quoteLiteral(file)} AND run_id = ${quoteLiteral(this.runId)}${this.scope.andOwn}`;
  }

  private updateOwnRow(file: string, values: ColumnValues, unchecked = false): string[] {
    const update = `UPDATE ${this.scope.name} SET ${assignments(values)} WHERE ${this.isOwnRow(file)}`;
    return [
      unchecked ? update : block(`${update}; ${raiseUnlessFound('the row of this run is no longer in the history')}`),
    ];
  }
}

/** Records nothing. */
export const NO_RECORDS: RunRecords = {
  claim: () => [],
  complete: (file, marker) => `SELECT ${quoteLiteral(`${marker} ${file}`)}`,
  prepared: () => undefined,
  completeSteps: () => [],
  progress: () => [],
  fail: () => [],
  failStep: () => [],
  invalidIndexes: () => [],
  notices: () => [],
  end: () => [],
  sources: undefined,
};

/** Removes the row of a migration that did not finish under another name. */
export function removeOldName(scope: HistoryScope, { file }: Migration, row: HistoryRow | undefined): string[] {
  if (!row || row.file === file) return [];
  return [
    `DELETE FROM ${scope.name} WHERE migration_file = ${quoteLiteral(row.file)}${scope.andOwn} AND error_message IS NOT NULL`,
  ];
}

/** What a new row keeps of the one that it replaces. */
export function keptValues(row: HistoryRow | undefined): ColumnValues {
  return row && row.invalidIndexes.length > 0 ? { invalid_indexes: row.invalidIndexes } : {};
}

/** Invalid indexes in addition to those recorded before. */
export function withInvalidIndexes(names: readonly string[]): ColumnValues {
  if (names.length === 0) return {};
  const all = `coalesce(invalid_indexes, '[]') || ${quoteLiteral(JSON.stringify(names))}::pg_catalog.jsonb`;
  return {
    invalid_indexes: new SqlExpression(
      `(SELECT pg_catalog.jsonb_agg(DISTINCT name) FROM pg_catalog.jsonb_array_elements_text(${all}) AS left_behind (name))`,
    ),
  };
}

/** The condition of {@link upsertSql} under which a row may be replaced. */
export function replaceable(row: HistoryRow | undefined): string {
  return `history.error_message IS NOT NULL${orEmpty(row, 'history.')}`;
}

function block(body: string): string {
  return `DO ${quoteBody(`BEGIN ${body} END`)}`;
}

function raiseUnlessFound(message: string): string {
  return `IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = '${SQLSTATE.lostClaim}', MESSAGE = ${quoteLiteral(message)}; END IF;`;
}
