import { LockTimeoutError } from '../../../core/errors/lock-errors.js';
import { MigrationFailedError } from '../../../core/errors/migration-failed.js';
import { messageOfAny } from '../../../core/errors/wording.js';
import type { CatalogCheck } from '../../../core/catalog/catalog.js';
import type { Task } from '../../../core/compile/task.js';
import type { EmitEvent } from '../../../core/events/events.js';
import type { CatalogRecorder, RecordBasis } from '../../../core/ports/catalog.js';
import type { TargetSession } from '../../../core/ports/ports.js';
import type { MigratorParts } from '../parts.js';
import type { RunFailure } from '../run-report.js';
import { withSession } from '../with-session.js';
import { openDrift } from './open-drift.js';

type Parts = Pick<MigratorParts, 'database' | 'emit' | 'ignoresObject'>;

/**
 * What a run does about the catalog: compares it with the record before it executes anything, and records it at the end.
 * None of this rejects: recording the catalog must never make migrations fail.
 */
export class RunCatalog {
  private mayDiffer: Promise<boolean> | undefined;
  private before: RecordBasis;
  private hasBegun = false;
  private hasSteps = false;
  private hasFailed = false;

  constructor(
    private readonly parts: Parts,
    private readonly runId: string,
    private readonly signal: AbortSignal,
    private readonly recordingSignal: AbortSignal,
  ) {}

  /** True if a run that ended with this error may have changed something, and still has the lock. */
  isDueAfter(error: unknown, hasApplied: boolean): error is RunFailure {
    // A transaction that was rolled back has changed nothing; steps may have.
    if (error instanceof MigrationFailedError) return hasApplied || this.hasSteps;
    return error instanceof LockTimeoutError && error.awaited === 'turn' && hasApplied;
  }

  /** Sends the first check of the catalog, together with the other messages of this turn. */
  look({ catalog }: TargetSession): void {
    if (!this.hasBegun) this.mayDiffer = catalog?.mayDiffer();
  }

  /** Call it before tasks are executed. */
  async begin({ catalog }: TargetSession, tasks: readonly Task[]): Promise<void> {
    if (!catalog) return;
    const isFirst = !this.hasBegun;
    this.hasBegun = true;
    this.hasSteps ||= tasks.some(({ program }) => program.kind === 'non-transactional');
    await this.reported(this.signal, async () => {
      if (!isFirst) return;
      const continues = tasks.some(({ row }) => row?.progress);
      // The rows of a killed run still show when it began to create objects; this run will overwrite them.
      if (continues) await bringUpToDate(this.parts, catalog, this.signal);
      if (continues || (await this.mayDiffer)) this.before = await driftBefore(this.parts, catalog, this.signal);
    });
  }

  /** Records the catalog if anything was executed. @param session a session that holds the lock */
  async record(session: TargetSession): Promise<void> {
    const { recordingSignal: signal } = this;
    if (this.hasBegun) await this.reported(signal, async () => session.catalog?.record(this.before, signal));
  }

  /** The same in a separate session, unless another process is migrating. */
  async recordAgain(): Promise<void> {
    const { recordingSignal: signal, parts } = this;
    const inSession = async (session: TargetSession): Promise<void> => {
      if (await session.lock.tryTake()) await this.record(session);
    };
    await this.reported(signal, () => withSession(parts.database, inSession, signal));
  }

  /** Reports only the first failure: the next one most likely has the same reason. */
  private async reported(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const { database, emit } = this.parts;
    // Recording in a separate session reports both inside and outside of that session.
    const note: EmitEvent = (event) => {
      if (!this.hasFailed) emit(event);
      this.hasFailed = true;
    };
    await report({ database, emit: note }, this.runId, signal, work);
  }
}

/** Brings the record up to date in a separate session, unless another process is migrating. Never rejects. */
export async function refreshCatalog(parts: Parts, signal: AbortSignal): Promise<void> {
  const inSession = async ({ catalog, lock }: TargetSession): Promise<void> => {
    if (catalog && (await lock.tryTake())) await bringUpToDate(parts, catalog, signal);
  };
  await report(parts, undefined, signal, () => withSession(parts.database, inSession, signal));
}

/** Records the catalog if the record is missing or out of date, for example because a run was killed. */
async function bringUpToDate(parts: Parts, catalog: CatalogRecorder, signal: AbortSignal): Promise<void> {
  const before = isOlder(await catalog.check(signal)) ? await openDrift(parts, catalog, signal) : undefined;
  await (before ? catalog.record(before, signal) : catalog.refresh(signal));
}

/** How the catalog differed from its record before a run. */
async function driftBefore(parts: Parts, catalog: CatalogRecorder, signal: AbortSignal): Promise<RecordBasis> {
  const check = await catalog.check(signal);
  if (isOlder(check)) return openDrift(parts, catalog, signal);
  return check.kind === 'different' ? check : undefined;
}

/** True if the record is older than a migration: the run that applied it was killed. */
function isOlder(check: CatalogCheck): boolean {
  return check.kind === 'outdated' && check.newer !== undefined;
}

async function report(
  { database, emit }: Pick<Parts, 'database' | 'emit'>,
  runId: string | undefined,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (signal?.aborted) return; // not worth reporting during a shutdown
    const text = messageOfAny(error);
    emit({ type: 'catalog-not-recorded', runId, error: text, target: database.target.name, at: new Date() });
  }
}
