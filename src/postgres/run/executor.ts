import { randomUUID } from 'node:crypto';
import type { Task } from '../../core/compile/task.js';
import { finding, type Finding } from '../../core/errors/finding.js';
import type { RehearsedMigration } from '../../core/ports/rehearsal.js';
import type { ExecutionListener, ExecutionSettings, Executor, Outcome } from '../../core/ports/ports.js';
import { maskSecrets } from '../../core/sql/text/secrets.js';
import { secretsOf, type Target } from '../../core/target/target.js';
import { actingAs } from '../connection/acting-role.js';
import { cancelWhenAborted } from '../supervision/cancel.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { initialSettings, resetStatements, type StatementTimeouts } from '../connection/reset.js';
import type { SessionFacts } from '../connection/server-facts.js';
import { NO_RECORDS, type RunRecords } from '../history/statements.js';
import type { LockKind } from '../lock/migration-lock.js';
import type { TurnSettings } from '../lock/turn.js';
import type { TargetLock } from '../lock/target-lock.js';
import {
  tryRecord,
  warnOfDetails,
  type ExecutionContext,
  type TransactionalTask,
} from '../execution/execution-context.js';
import { groupTasks, isTransactional, needsNewSession } from '../execution/grouping.js';
import { NoticeCollector, storableNotices } from '../execution/notices.js';
import { warnOfSkipped } from '../execution/skipped-creations.js';
import { recordMissingSources } from '../execution/missing-sources.js';
import { runNonTransactional } from '../non-transactional/run-non-transactional.js';
import { rehearse } from '../rehearsal/rehearse.js';
import { TransactionalRun } from '../transactional/run-transactional.js';
import { poolerRefusals } from '../execution/session-refusals.js';

/** What an executor needs to know about its target. */
interface ExecutorSettings {
  readonly target: Target;
  readonly timeouts: StatementTimeouts;
  readonly lock: LockKind;
  readonly turns?: TurnSettings | undefined;
  /** False: details of server errors, which may contain rows, are left out. */
  readonly showRowData: boolean;
  /** Creates the records of a run. */
  readonly records: (runId: string) => RunRecords;
}

/** Executes migrations on one connection. */
export class PgExecutor implements Executor {
  constructor(
    private readonly connection: PgConnection,
    private readonly settings: ExecutorSettings,
    private readonly lock: TargetLock,
    private readonly facts: SessionFacts,
  ) {}

  /** Asks the server only if the answer matters. */
  async refusals(tasks: readonly Task[]): Promise<readonly Finding[]> {
    const found = tasks.flatMap((task) => poolerRefusals(task, this.settings.target));
    return found.length > 0 && (await this.isPooled()) ? found : [];
  }

  /** @throws MigrationError */
  async run(tasks: readonly Task[], settings: ExecutionSettings, listener: ExecutionListener): Promise<Outcome> {
    const applied = new Set<string>();
    const context = await this.prepare(settings, observed(listener, applied));
    const { connection, notices, records, target } = context;
    const stopCancelling = cancelWhenAborted(connection, settings.signal);
    try {
      const { outcome, endRecorded, missingSources } = await execute(context, tasks);
      if (tasks.some(needsNewSession)) connection.retire('outdated');
      if (outcome.kind !== 'interrupted' && records !== NO_RECORDS) await warnOfSkipped(context, tasks, applied);
      const statements = [
        ...records.notices(storableNotices(notices.collected(), tasks)),
        ...(endRecorded || continues(outcome) ? [] : records.end()),
      ];
      const error = statements.length > 0 && (await tryRecord(context, [...actingAs(target.role), ...statements]));
      // Why a run failed matters more than this error.
      if (error && outcome.kind !== 'failed' && outcome.kind !== 'interrupted') warnOfDetails(context, error);
      if (outcome.kind === 'done') await recordMissingSources(context, endRecorded, missingSources);
      return outcome;
    } finally {
      notices.stop();
      stopCancelling();
    }
  }

  async rehearse(tasks: readonly Task[], signal: AbortSignal | undefined): Promise<readonly RehearsedMigration[]> {
    const settings = { runId: randomUUID(), transaction: 'all', migrations: [], signal } as const;
    const context = await this.prepare(settings, SILENT);
    const stopCancelling = cancelWhenAborted(context.connection, signal);
    try {
      return await rehearse(context, tasks);
    } finally {
      context.notices.stop();
      stopCancelling();
    }
  }

  /** Whoever asks for a session lock says that a pooler works in session mode. */
  private async isPooled(): Promise<boolean> {
    return (await this.facts.get()).pooled && this.settings.lock !== 'session';
  }

  private async prepare(settings: ExecutionSettings, listener: ExecutionListener): Promise<ExecutionContext> {
    const { connection, lock } = this;
    const { target, timeouts, turns, showRowData } = this.settings;
    const facts = await this.facts.get();
    const pooled = await this.isPooled();
    if (facts.pooled && !pooled) listener.warning(finding('SESSION_LOCK_BEHIND_POOLER', { subject: target.name }));
    const initial = initialSettings(timeouts, facts);
    const marker = `${randomUUID()} `;
    const values = secretsOf(target);
    return {
      connection,
      target,
      timeouts,
      showRowData,
      lock,
      turns,
      settings,
      listener,
      marker,
      records: this.settings.records(settings.runId),
      notices: new NoticeCollector(
        connection,
        marker,
        (migration, notice) => listener.notice(migration, notice),
        (message) => maskSecrets(message, values),
      ),
      initialSettings: initial,
      reset: resetStatements(initial),
      pooled,
      applicationName: facts.applicationName,
    };
  }
}

/** Remembers which files were applied. */
function observed(listener: ExecutionListener, applied: Set<string>): ExecutionListener {
  return {
    ...listener,
    applied: (migration, durationMs) => {
      applied.add(migration.file);
      listener.applied(migration, durationMs);
    },
  };
}

const ignore = (): void => {};

/** A rehearsal returns its results at the end and emits no events. */
const SILENT: ExecutionListener = {
  started: ignore,
  runningSteps: ignore,
  notice: ignore,
  retrying: ignore,
  warning: ignore,
  applied: ignore,
};

/** True if the run is not over. */
function continues({ kind }: Outcome): boolean {
  return kind === 'conflict' || kind === 'reconnect';
}

interface Execution {
  readonly outcome: Outcome;
  /** True if the end of the run was recorded together with its last migration. */
  readonly endRecorded: boolean;
  /** Checksums of missing sources, as JSON, if the end was recorded. */
  readonly missingSources: string | undefined;
}

async function execute(context: ExecutionContext, tasks: readonly Task[]): Promise<Execution> {
  const run = new TransactionalRun(context, context.settings.transaction, tasks.at(-1));
  const outcome = await executeGroups(context, tasks, run);
  const { endRecorded, missingSources } = run.progress;
  return { outcome, endRecorded, missingSources };
}

async function executeGroups(
  context: ExecutionContext,
  tasks: readonly Task[],
  run: TransactionalRun,
): Promise<Outcome> {
  // Tasks that cannot run in this transaction were refused before.
  if (context.settings.transaction === 'all') return run.run(tasks.filter(isTransactional));
  const groups = groupTasks(tasks);
  for (const [i, group] of groups.entries()) {
    const outcome =
      group.kind === 'transactional' ? await run.run(group.tasks) : await runNonTransactional(context, group.task);
    if (outcome.kind !== 'done') return outcome;
    const last = group.kind === 'transactional' ? (group.tasks.at(-1) as TransactionalTask) : group.task;
    if (i < groups.length - 1 && needsNewSession(last)) return { kind: 'reconnect' };
  }
  return { kind: 'done' };
}
