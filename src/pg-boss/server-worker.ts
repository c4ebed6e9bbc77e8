import { DatabaseConnectionError } from '../core/errors/database-errors.js';
import { LockLostError, LockTimeoutError } from '../core/errors/lock-errors.js';
import { CANCELLED_ELSEWHERE, InterruptedError } from '../core/errors/run-errors.js';
import { asError } from '../core/errors/wording.js';
import type { MigrateTenant, TenantWorker } from '../core/ports/engine.js';
import type { TenantResult } from '../core/tenants/report.js';
import type { Tenant } from '../core/tenants/tenant.js';
import { pause } from '../timing/pause.js';
import { retry } from '../timing/retry.js';
import type { TakenJob } from './boss.js';
import { isTenantJob, outputOf, type TenantJob } from './jobs.js';
import type { Queue } from './queue.js';

/** How often an idle worker asks for jobs, and a busy one whether its jobs were cancelled, in ms. */
const POLL_MS = 500;

/** How often a busy worker sends a heartbeat, in ms. */
const SIGN_MS = 3_000;

interface Running {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/** Migrates the tenants of one server for the rollouts of other processes. */
export class ServerWorker {
  private readonly running = new Map<string, Running>();
  /** Those of them that occupy a place; the others have succeeded and only have to be reported. */
  private readonly migrating = new Set<Promise<unknown>>();
  private lookedAt = 0;
  private signedAt = 0;

  /** @param name of the queue for the tenants of that server. */
  constructor(
    private readonly name: string,
    private readonly queue: Queue,
    private readonly worker: TenantWorker,
    private readonly tenantOf: (name: string) => Promise<Tenant | undefined>,
  ) {}

  /** Returns when the signal is aborted and nothing runs any more. */
  async run(): Promise<void> {
    const { signal, parallelism } = this.worker;
    const stop = (): void => this.running.forEach(({ controller }) => controller.abort(signal.reason));
    signal.addEventListener('abort', stop, { once: true });
    try {
      while (!signal.aborted) {
        const free = parallelism - this.migrating.size;
        const taken = free > 0 ? await this.take(free) : 0;
        await this.abortCancelled();
        if (taken < free || free === 0) await this.untilFree(free === 0);
      }
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
      await Promise.all([...this.running.values()].map(({ ended }) => ended));
    }
  }

  /** Takes as many jobs as can begin at once, so that each job that is active has a worker. @returns how many. */
  private async take(most: number): Promise<number> {
    const { boss } = this.queue;
    const jobs = await this.orNone(() => boss.fetch(this.name, most));
    if (jobs.length === 0) return 0;
    const named = await Promise.all(jobs.map(async (job) => ({ job, tenant: await this.find(job) })));
    for (const rollout of new Set(named.map(({ job }) => rolloutOf(job)))) {
      const own = named.filter(({ job }) => rolloutOf(job) === rollout);
      const known = own.flatMap(({ tenant }) => (tenant instanceof Error ? [] : tenant));
      const prepared = this.worker.prepare(known, rollout);
      for (const { job, tenant } of own) this.start(job, tenant, prepared);
    }
    return jobs.length;
  }

  /** @returns the tenant; an error if it is not known. */
  private async find({ data }: TakenJob): Promise<Tenant | Error> {
    const name = isTenantJob(data) ? data.tenant : '';
    try {
      return (await this.tenantOf(name)) ?? new Error(`Tenant "${name}" is not on the list of the worker`);
    } catch (error) {
      return asError(error);
    }
  }

  /** Each job has its own outcome, whatever happens to the others. */
  private start(job: TakenJob, tenant: Tenant | Error, prepared: Promise<MigrateTenant>): void {
    const controller = new AbortController();
    if (this.worker.signal.aborted) controller.abort(this.worker.signal.reason);
    const isKnown = !(tenant instanceof Error);
    const result = isKnown
      ? prepared.then((migrate) => migrate(tenant, controller.signal))
      : Promise.resolve(notStarted(job, tenant));
    const ended = result
      .then((known) => this.report(job, known, isKnown))
      .catch(() => {}) // the queue stays unavailable: the job is returned once the lock of the tenant is free
      .finally(() => this.running.delete(job.id));
    // The next one is taken while a success is being reported. After a failure, there may be no next one.
    const migrating: Promise<unknown> = result
      .then(({ error }) => (error ? ended : undefined))
      .catch(() => {})
      .finally(() => this.migrating.delete(migrating));
    this.migrating.add(migrating);
    this.running.set(job.id, { controller, ended });
  }

  private async report(job: TakenJob, result: TenantResult, wasStarted: boolean): Promise<void> {
    const output = outputOf(result, job.retryCount);
    const mayPass = !wasStarted || mayPassLater(result.error);
    await retry(() => this.tell(job, output, result.error && { mayPass }), { forMs: 60_000, isTransient: () => true });
  }

  /** @param failure undefined if it was migrated. */
  private async tell(job: TakenJob, output: object, failure: { readonly mayPass: boolean } | undefined): Promise<void> {
    const { boss, jobs, hasty } = this.queue;
    if (failure && !failure.mayPass) await jobs.endRetries(this.name, job.id);
    // If this is lost, the job is returned like that of a worker that has died, and the history shows what was applied.
    const isLastAttempt = job.retryCount >= job.retryLimit; // it would not be returned
    const isTaken = await (failure
      ? boss.fail(this.name, job.id, output)
      : boss.complete(this.name, job.id, output, isLastAttempt ? undefined : hasty));
    if (!isTaken) await jobs.addOutput(this.name, job.id, output);
    if (failure && (!failure.mayPass || isLastAttempt)) await this.spendBudget(job.data as TenantJob);
  }

  /** The calling process would notice a moment later, when other workers have started more. */
  private async spendBudget({ part, failuresLeft }: TenantJob): Promise<void> {
    const { jobs, names } = this.queue;
    if (failuresLeft === null || (await jobs.failures(names.prefix, part)) < failuresLeft) return;
    await jobs.withdraw(names.prefix, part, false);
  }

  /** A tenant may wait for a connection before it is locked. */
  private async giveSign(ids: readonly string[]): Promise<void> {
    if (performance.now() - this.signedAt < SIGN_MS) return;
    this.signedAt = performance.now();
    await this.queue.jobs.touch(this.name, ids).catch(() => {}); // the queue may be unavailable
  }

  private async abortCancelled(): Promise<void> {
    const ids = [...this.running.keys()];
    if (ids.length === 0 || performance.now() - this.lookedAt < POLL_MS) return;
    this.lookedAt = performance.now();
    await this.giveSign(ids);
    for (const id of await this.orNone(() => this.queue.jobs.cancelled(this.name, ids)))
      this.running.get(id)?.controller.abort(CANCELLED_ELSEWHERE);
  }

  /** The queue may be unavailable for a while. */
  private async orNone<T>(ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
    try {
      return await ask();
    } catch {
      return [];
    }
  }

  /** Waits for a moment, or until another job can be taken. */
  private async untilFree(isFull: boolean): Promise<void> {
    const { signal } = this.worker;
    const ends = isFull ? [...this.migrating] : [];
    const moment = new AbortController();
    const combined = AbortSignal.any([signal, moment.signal]);
    await Promise.race([pause(POLL_MS, combined), ...ends]);
    moment.abort();
  }
}

/** True for a failure that a retry may avoid. */
function mayPassLater(error: Error | undefined): boolean {
  const kinds = [DatabaseConnectionError, InterruptedError, LockLostError, LockTimeoutError];
  return kinds.some((kind) => error instanceof kind);
}

function rolloutOf({ data }: TakenJob): string {
  return isTenantJob(data) ? data.rollout : '';
}

function notStarted({ data }: TakenJob, error: Error): TenantResult {
  const tenant = isTenantJob(data) ? data.tenant : '';
  return { tenant, group: undefined, outcome: 'failed', applied: [], runId: undefined, durationMs: 0, error };
}
