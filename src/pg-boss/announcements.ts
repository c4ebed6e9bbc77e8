import type { RolloutCommand, RunningRollout } from '../core/tenants/running-rollout.js';
import { pause } from '../timing/pause.js';
import { retry } from '../timing/retry.js';
import type { Part } from './part.js';
import { isTransient } from './queue-errors.js';
import type { Queue, StoredJobs } from './queue.js';

/** The progress of a running rollout and the last command for it: the data of a job that no worker takes. */
interface Announced extends Omit<RunningRollout, 'rolloutId' | 'state' | 'startedAt' | 'seenAt' | 'gate'> {
  readonly command: RolloutCommand;
  /** The part whose tenants are being migrated. */
  readonly part: string;
  readonly gate?: RunningRollout['gate'] | null;
  readonly seenAt: string;
}

/** What a rollout stops for if another process cancels it. */
export const CANCELLED = { by: 'interrupted', reason: 'it was cancelled' } as const;

/** How often a rollout reports its progress and checks for commands, in ms. */
const UPDATE_MS = 1_000;
/** How long adding a rollout is retried, in ms. */
const INSERT_MS = 10_000;
/** How long the process of a rollout may be silent before it is considered dead, in seconds. */
const LOST_SECONDS = 30;
const NONE = '00000000-0000-0000-0000-000000000000';

/** A rollout of this process, as other processes see it. */
export class Announcement {
  private command: RolloutCommand = 'resume';
  private part = NONE;
  private updatedAt = Number.NEGATIVE_INFINITY;

  private constructor(
    private readonly queue: Queue,
    private readonly rolloutId: string,
  ) {}

  /** @param files the checksum of its files. */
  static async make(queue: Queue, rolloutId: string, files: string): Promise<Announcement> {
    const announcement = new this(queue, rolloutId);
    const data = { command: 'resume', part: NONE, tenants: 0, done: 0, failed: 0, files, seenAt: new Date() };
    const insert = (): Promise<void> => queue.boss.insert(queue.names.rollouts, [{ id: rolloutId, data }]);
    await retry(insert, { forMs: INSERT_MS, isTransient });
    return announcement;
  }

  /** Reports the progress of the rollout, once a second and for each new part. @returns the last command for it. */
  async update(part: Pick<Part, 'id' | 'progress'>): Promise<RolloutCommand> {
    const isRecent = performance.now() - this.updatedAt < UPDATE_MS;
    return isRecent && part.id === this.part ? this.command : this.updateNow(part);
  }

  /** The same, even if the last report is less than a second old. */
  async updateNow({ id: part, progress }: Pick<Part, 'id' | 'progress'>): Promise<RolloutCommand> {
    this.updatedAt = performance.now();
    this.part = part;
    return this.report({ ...progress, part });
  }

  /** Reports that the rollout waits at a gate, until the signal is aborted. @returns early if it was cancelled. */
  async waitAtGate(gate: Announced['gate'], signal: AbortSignal): Promise<RolloutCommand> {
    while (!signal.aborted && this.command !== 'cancel') {
      await this.report({ gate }).catch(() => {}); // the queue may be unavailable for a while
      await pause(UPDATE_MS, signal);
    }
    return this.command;
  }

  private async report(changes: Partial<Announced>): Promise<RolloutCommand> {
    const { jobs, names } = this.queue;
    const data = await jobs.mergeSeen(names.rollouts, this.rolloutId, { gate: null, ...changes });
    this.command = isAnnounced(data) ? data.command : 'cancel'; // whoever deletes the job wants it to end
    return this.command;
  }

  async end(): Promise<void> {
    await this.queue.jobs.delete(this.queue.names.rollouts, this.rolloutId);
  }
}

/** What a rollout is, after the last command for it. */
const STATES = { resume: 'running', pause: 'paused', cancel: 'cancelled' } as const;

/** The rollouts of all processes. */
export async function runningRollouts({ jobs, names }: StoredJobs): Promise<readonly RunningRollout[]> {
  const stored = await jobs.rollouts(names.rollouts, LOST_SECONDS);
  return stored.flatMap(({ id, data, createdOn, isSilent }) => {
    if (!isAnnounced(data)) return [];
    const { command, tenants, done, failed, files, gate, seenAt } = data;
    if (isSilent && command === 'cancel') return []; // its jobs are withdrawn, and nobody is left to end it
    const state = isSilent ? 'lost' : STATES[command];
    const progress = { tenants, done, failed, files, gate: gate ?? undefined };
    return [{ rolloutId: id, state, startedAt: createdOn, seenAt: new Date(seenAt), ...progress } as const];
  });
}

/** Asks a rollout to do something. @returns false if there is no such rollout, or it has ended. */
export async function controlRollout(
  { jobs, names }: StoredJobs,
  rolloutId: string,
  command: RolloutCommand,
): Promise<boolean> {
  const data = await jobs.merge(names.rollouts, rolloutId, { command });
  if (!isAnnounced(data)) return false;
  // Even if the process that drives it has died:
  if (command === 'cancel') {
    await jobs.withdraw(names.prefix, data.part, true);
    await jobs.forgetRollouts(names.rollouts, LOST_SECONDS, rolloutId);
  } else await jobs.hold(names.prefix, data.part, command === 'pause');
  return true;
}

function isAnnounced(data: unknown): data is Announced {
  return typeof data === 'object' && data !== null && 'command' in data;
}
