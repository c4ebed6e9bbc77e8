import type { EngineHost } from '../core/ports/engine.js';
import type { Part } from './part.js';
import type { Queue } from './queue.js';

/** How long a worker may go without a heartbeat, in seconds. */
const GRACE_SECONDS = 15;

/**
 * Returns jobs of workers that have died: they send no heartbeat, and the lock of the tenant is free. Version 10 of
 * pg-boss notices them only when the job expires. If one is alive after all, another worker waits for the lock and
 * then finds nothing to do.
 */
export class Reaper {
  private suspects = new Set<string>();

  constructor(
    private readonly queue: Queue,
    private readonly part: Part,
    private readonly host: EngineHost,
    private readonly graceSeconds = GRACE_SECONDS,
  ) {}

  /** Returns the jobs that were already suspects the last time. */
  async look(): Promise<void> {
    const { jobs, boss } = this.queue;
    const active = await jobs.activeFor(this.part.queues, this.part.id, this.graceSeconds);
    const attempts = new Map(active.map(({ id, attempt }) => [id, attempt]));
    const unlocked = await this.host.unlocked(this.part.tenantsOf([...attempts.keys()]));
    const suspects = new Set<string>();
    for (const tenant of unlocked) {
      const job = this.part.jobOf(tenant);
      if (!job) continue;
      const attempt = `${job.id} ${attempts.get(job.id)}`;
      if (this.suspects.has(attempt)) await boss.fail(job.queue, job.id, { message: 'the worker has died' });
      else suspects.add(attempt);
    }
    this.suspects = suspects;
  }
}
