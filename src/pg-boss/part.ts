import { randomUUID } from 'node:crypto';
import type { EngineTask } from '../core/ports/engine.js';
import type { TenantResult } from '../core/tenants/report.js';
import type { Tenant } from '../core/tenants/tenant.js';
import type { EndedJob } from './job-table.js';
import { reportIn, type TenantJob } from './jobs.js';
import type { OpenQueue, Queue } from './queue.js';

/** How many jobs of one server are in the queue at most. If the calling process dies, no others are processed. */
const PAGE = 500;

interface OpenJob {
  readonly tenant: Tenant;
  readonly queue: string;
}

/** The part of a rollout that was given to the engine at once, as jobs. */
export class Part {
  readonly id = randomUUID();
  readonly queues: readonly string[];
  private readonly all: number;
  private readonly waiting = new Map<string, Tenant[]>();
  private readonly open = new Map<string, OpenJob>();
  /** When each cancelled job that a worker had was first seen, in ms. */
  private readonly cancelledSince = new Map<string, number>();
  /** The job of each tenant, so that adding it again after a lost connection adds nothing. */
  private readonly ids = new Map<Tenant, string>();
  private jobsWereWithdrawn = false;
  private done = 0;
  private failed = 0;

  constructor(
    private readonly queue: Queue,
    tenants: readonly Tenant[],
    private readonly task: EngineTask,
  ) {
    this.all = tenants.length;
    for (const tenant of tenants) {
      const name = queue.names.tenants(tenant.place, task.set.checksum);
      const waiting = this.waiting.get(name) ?? [];
      waiting.push(tenant);
      this.waiting.set(name, waiting);
    }
    this.queues = [...this.waiting.keys()];
  }

  get progress(): { readonly tenants: number; readonly done: number; readonly failed: number } {
    return { tenants: this.all, done: this.done, failed: this.failed };
  }

  get isEnded(): boolean {
    return this.open.size === 0 && (this.waiting.size === 0 || !this.task.mayStart());
  }

  /** Adds jobs in pages, for each server. */
  async fill(opened: OpenQueue): Promise<void> {
    for (const [queue, waiting] of this.waiting) {
      if (!this.task.mayStart()) return;
      const open = [...this.open.values()].filter((job) => job.queue === queue).length;
      if (open > PAGE / 2) continue;
      await opened.ensure(queue);
      await this.add(queue, waiting.slice(0, PAGE - open));
      waiting.splice(0, PAGE - open);
      if (waiting.length === 0) this.waiting.delete(queue);
    }
  }

  /** True if jobs were taken away that the rollout did not withdraw itself. */
  get lostItsJobs(): boolean {
    return this.jobsWereWithdrawn;
  }

  /** True if jobs should be in the queue, and no worker has been working on a cancelled one. */
  get isWaiting(): boolean {
    return this.open.size > 0 && this.cancelledSince.size === 0;
  }

  /** The jobs whose results are not known yet. */
  get openIds(): readonly string[] {
    return [...this.open.keys()];
  }

  /** The servers of these jobs that a worker must know by name. */
  get openServers(): readonly string[] {
    const { names } = this.queue;
    return [...new Set([...this.open.values()].map(({ tenant }) => names.serverIn(tenant.place)))].filter(Boolean);
  }

  /** Settles the tenants whose jobs have ended. @returns whether there were any. */
  async collect(): Promise<boolean> {
    if (this.open.size === 0) return false;
    const ended = await this.queue.jobs.ended(this.queues, this.openIds);
    // Failures first: they may be why the others were withdrawn.
    const inOrder = ended.toSorted((a, b) => Number(a.state === 'cancelled') - Number(b.state === 'cancelled'));
    const settled = inOrder.map((job) => this.end(job));
    return settled.includes(true);
  }

  /** Settles the tenants of all open jobs: nothing more will be heard of them, apart from what the history says. */
  giveUp(error: Error): void {
    for (const [id, { tenant }] of this.open) this.settleUnknown(id, tenant, error);
  }

  /** The tenants whose jobs were cancelled so long ago that their workers would have reported by now. */
  silent(forMs: number): readonly Tenant[] {
    const since = performance.now() - forMs;
    return this.tenantsOf([...this.cancelledSince].filter(([, at]) => at <= since).map(([id]) => id));
  }

  /** Settles tenants whose jobs were cancelled and whose workers have died. */
  endSilent(tenants: readonly Tenant[], error: Error): void {
    for (const tenant of tenants) {
      const job = this.jobOf(tenant);
      if (job) this.settleUnknown(job.id, tenant, error);
    }
  }

  /** The tenants of these jobs. */
  tenantsOf(ids: readonly string[]): readonly Tenant[] {
    return ids.flatMap((id) => this.open.get(id)?.tenant ?? []);
  }

  /** The job of a tenant. */
  jobOf(tenant: Tenant): { readonly id: string; readonly queue: string } | undefined {
    const id = this.ids.get(tenant);
    const job = id === undefined ? undefined : this.open.get(id);
    return id !== undefined && job ? { id, queue: job.queue } : undefined;
  }

  private async add(queue: string, tenants: readonly Tenant[]): Promise<void> {
    const { rolloutId: rollout, failuresLeft } = this.task;
    const limit = Number.isFinite(failuresLeft) ? failuresLeft : null;
    const jobs = tenants.map((tenant) => {
      const data: TenantJob = { rollout, part: this.id, tenant: tenant.name, failuresLeft: limit };
      const id = this.ids.get(tenant) ?? randomUUID();
      this.ids.set(tenant, id);
      return { tenant, job: { id, data } };
    });
    await this.queue.boss.insert(
      queue,
      jobs.map(({ job }) => job),
    );
    for (const { tenant, job } of jobs) this.open.set(job.id, { tenant, queue });
  }

  private end({ id, state, output, retryCount, wasStarted }: EndedJob): boolean {
    const job = this.open.get(id);
    if (!job) return false;
    const { tenant } = job;
    if (state === 'cancelled' && this.task.mayStart()) this.jobsWereWithdrawn = true;
    const report = reportIn(output);
    const isLatest = report !== undefined && (state !== 'cancelled' || report.attempt === retryCount);
    if (isLatest) this.settle(id, tenant, reported(tenant, report.result, state), retryCount > 0);
    else if (state === 'failed') this.settle(id, tenant, failedInQueue(tenant, output), true);
    else if (!wasStarted) this.open.delete(id);
    else {
      if (!this.cancelledSince.has(id)) this.cancelledSince.set(id, performance.now());
      return false; // a worker may still say what it did
    }
    return true;
  }

  private settleUnknown(id: string, tenant: Tenant, error: Error): void {
    this.settle(id, tenant, { ...unfinished(tenant), outcome: 'interrupted', error }, true);
  }

  private settle(id: string, tenant: Tenant, result: TenantResult, isRepeated: boolean): void {
    this.open.delete(id);
    this.cancelledSince.delete(id);
    this.done += 1;
    if (result.outcome === 'failed') this.failed += 1;
    this.task.settle(tenant, result, isRepeated);
  }
}

/** A tenant that is not tried again has failed, even if it was its worker that was interrupted. */
function reported({ name, group }: Tenant, result: TenantResult, state: EndedJob['state']): TenantResult {
  const outcome = state === 'failed' ? 'failed' : result.outcome;
  return { ...result, tenant: name, group, outcome };
}

function unfinished({ name, group }: Tenant): Omit<TenantResult, 'outcome'> {
  return { tenant: name, group, applied: [], runId: undefined, durationMs: 0 };
}

/** Workers died with it again and again, so pg-boss gave up. */
function failedInQueue(tenant: Tenant, output: unknown): TenantResult {
  const said = JSON.stringify(output ?? null).slice(0, 200);
  const error = new Error(`No worker finished the migrations of tenant ${tenant.name}: ${said}`);
  return { ...unfinished(tenant), outcome: 'failed', error };
}
