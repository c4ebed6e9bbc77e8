import { InterruptedError } from '../core/errors/run-errors.js';
import { list } from '../core/errors/wording.js';
import type { EngineHost, EngineTask } from '../core/ports/engine.js';
import { START_WORKER, type RolloutCommand } from '../core/tenants/running-rollout.js';
import type { Tenant } from '../core/tenants/tenant.js';
import { pause } from '../timing/pause.js';
import { retry } from '../timing/retry.js';
import { Part } from './part.js';
import { toMigrationError, isTransient } from './queue-errors.js';
import type { OpenQueue, Queue } from './queue.js';
import { Reaper } from './reaper.js';
import { CANCELLED, type Announcement } from './announcements.js';

/** How often the calling process looks at the jobs, in ms. */
const POLL_MS = 250;
/** How long it keeps trying while the queue is unavailable, in ms. */
const QUEUE_RETRY_MS = 60_000;
/** How often it looks for dead workers, in ms. */
const REAP_MS = 5_000;
/** The share of the wait for a worker after which it reports that there is none. */
const SILENT_SHARE = 1 / 6;

/** How long the worker of a cancelled job may be silent before it is given up on in any case, in ms. */
const SILENCE_MS = 60_000;

/** What a driver is given. */
export interface DriverOptions {
  readonly opened: OpenQueue;
  readonly host: EngineHost;
  readonly announcement: Announcement;
  /** How long it waits for a first worker, in ms. */
  readonly workerWaitMs: number;
}

/** Has workers migrate the tenants of one part of a rollout, and receives what they report. */
export class Driver {
  private readonly part: Part;
  private readonly reaper: Reaper;
  private lastProgressAt = performance.now();
  private reapedAt = performance.now();
  private isHeld = false;
  private isWithoutWorker = false;
  private isWithdrawn = false;
  private isInterrupted = false;

  constructor(
    private readonly queue: Queue,
    private readonly options: DriverOptions,
    tenants: readonly Tenant[],
    private readonly task: EngineTask,
  ) {
    this.part = new Part(queue, tenants, task);
    this.reaper = new Reaper(queue, this.part, options.host);
  }

  /** Returns when no worker has a tenant of this part any more. Settles every tenant that was started. */
  async run(): Promise<void> {
    try {
      while (!this.part.isEnded) {
        await this.retryWhileAway(() => this.step());
        await pause(POLL_MS);
      }
      // Whoever cancels the rollout also withdraws its jobs, which may be noticed first.
      await this.retryWhileAway(async () => void this.heed(await this.options.announcement.updateNow(this.part)));
      if (this.part.lostItsJobs && this.task.mayStart())
        this.task.stop({ by: 'engine', reason: 'its jobs were withdrawn from the queue' });
    } catch (error) {
      const problem = toMigrationError(error);
      this.task.stop({ by: 'engine', reason: problem.message });
      this.part.giveUp(problem);
    }
  }

  /** The queue may be unavailable for a while, for example when its server is restarted. */
  private retryWhileAway(work: () => Promise<void>): Promise<void> {
    const mayRetry = (error: unknown): boolean => isTransient(error) && !this.task.signal.aborted;
    return retry(work, { forMs: QUEUE_RETRY_MS, isTransient: mayRetry });
  }

  private async step(): Promise<void> {
    const command = this.heed(await this.options.announcement.update(this.part));
    const isPaused = command === 'pause';
    await this.hold(isPaused);
    if (!isPaused) await this.part.fill(this.options.opened);
    await this.withdraw(command === 'cancel' || this.task.signal.aborted);
    if ((await this.part.collect()) || isPaused) this.noteProgress();
    else await this.expectWorkers();
    await this.reap();
  }

  private heed(command: RolloutCommand): RolloutCommand {
    if (command === 'cancel') this.task.stop(CANCELLED);
    return command;
  }

  private noteProgress(): void {
    this.lastProgressAt = performance.now();
    this.isWithoutWorker = false;
  }

  /** While the rollout is paused, jobs that come back for a retry are held too. */
  private async hold(isPaused: boolean): Promise<void> {
    if (isPaused || this.isHeld) await this.queue.jobs.hold(this.queue.names.prefix, this.part.id, isPaused);
    if (isPaused !== this.isHeld && this.task.mayStart())
      this.task.emit({ type: isPaused ? 'rollout-paused' : 'rollout-resumed' });
    this.isHeld = isPaused;
  }

  /** Takes jobs back if no further tenant may be started. @param isInterrupted whether running migrations are stopped too. */
  private async withdraw(isInterrupted: boolean): Promise<void> {
    if (this.task.mayStart() || (this.isWithdrawn && this.isInterrupted === isInterrupted)) return;
    await this.queue.jobs.withdraw(this.queue.names.prefix, this.part.id, isInterrupted);
    this.isWithdrawn = true;
    this.isInterrupted = isInterrupted;
  }

  /** Without a worker for these files the rollout would wait forever. */
  private async expectWorkers(): Promise<void> {
    const { workerWaitMs } = this.options;
    const waitedMs = performance.now() - this.lastProgressAt;
    const isOver = waitedMs >= workerWaitMs;
    if (!this.task.mayStart() || (!isOver && (this.isWithoutWorker || waitedMs < workerWaitMs * SILENT_SHARE))) return;
    const { active, due, open } = await this.queue.jobs.load(this.part.queues, this.part.openIds);
    if (active > 0) this.noteProgress();
    const isWithoutWorker = active === 0 && due > 0;
    if (isWithoutWorker && isOver) this.task.stop({ by: 'engine', reason: noWorker(waitedMs, this.part.openServers) });
    if (isWithoutWorker && !isOver) this.reportMissingWorker(waitedMs);
    if (!isOver) return;
    if (open > 0 || !this.part.isWaiting) return;
    const error = new Error('The jobs of the rollout are no longer in the queue');
    this.task.stop({ by: 'engine', reason: 'its jobs are no longer in the queue' });
    this.part.giveUp(error);
  }

  private reportMissingWorker(waitedMs: number): void {
    this.isWithoutWorker = true;
    const remainingMs = this.options.workerWaitMs - waitedMs;
    this.task.emit({ type: 'rollout-without-worker', waitedMs, remainingMs, files: this.task.set.checksum });
  }

  private async reap(): Promise<void> {
    if (performance.now() - this.reapedAt < REAP_MS) return;
    this.reapedAt = performance.now();
    await this.reaper.look();
    await this.endSilent();
  }

  /** A dead worker reports nothing about a cancelled job. Once the lock of the tenant is free, nothing is running. */
  private async endSilent(): Promise<void> {
    const error = new InterruptedError(String(this.task.signal.reason ?? 'a request'), [], [], 'unsure');
    this.part.endSilent(await this.options.host.unlocked(this.part.silent(REAP_MS)), error);
    this.part.endSilent(this.part.silent(SILENCE_MS), error);
  }
}

function noWorker(waitedMs: number, servers: readonly string[]): string {
  const waited = Math.round(waitedMs / 1000);
  const named = servers.length > 0 ? `. The worker's list must use the same names for servers: ${list(servers)}` : '';
  return `for ${waited} s, no worker with the same files took a tenant. ${START_WORKER}${named}`;
}
