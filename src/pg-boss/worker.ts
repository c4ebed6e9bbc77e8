import type { TenantWorker } from '../core/ports/engine.js';
import type { Tenant } from '../core/tenants/tenant.js';
import { pause } from '../timing/pause.js';
import { runningRollouts } from './announcements.js';
import type { OpenQueue, Queue } from './queue.js';
import { ServerWorker } from './server-worker.js';

/** How often a worker looks for rollouts with other files, in ms. */
const ROLLOUTS_MS = 5_000;
/** How often it looks for servers that are new on its list, in ms. */
const LIST_MS = 30_000;

/** Works for all servers of a fleet, until the signal of the worker is aborted. */
export async function workFor(opened: OpenQueue, worker: TenantWorker): Promise<void> {
  const queue = await opened.get();
  const list = new KnownTenants(worker);
  const servers = new Map<string, Promise<void>>();
  const join = async (): Promise<void> => {
    const names = (await list.queues(queue)).filter((name) => !servers.has(name));
    for (const name of names) await opened.ensure(name);
    for (const name of names)
      servers.set(name, new ServerWorker(name, queue, worker, (tenant) => list.find(tenant)).run());
  };
  const others = new OtherRollouts(worker);
  try {
    await join();
    worker.onStart(list.size);
    for (let joinedAt = performance.now(); !worker.signal.aborted;) {
      await others.report(queue).catch(() => {}); // the queue may be unavailable for a while
      await pause(ROLLOUTS_MS, worker.signal);
      if (worker.signal.aborted || performance.now() - joinedAt < LIST_MS) continue;
      joinedAt = performance.now();
      await join().catch(() => {}); // it keeps working for the servers that it knows
    }
  } finally {
    await Promise.all(servers.values());
  }
}

/** The rollouts with other files, which this worker does not see as jobs. */
class OtherRollouts {
  private readonly reported = new Set<string>();

  constructor(private readonly worker: TenantWorker) {}

  async report(queue: Queue): Promise<void> {
    const { checksum } = this.worker.set;
    const others = (await runningRollouts(queue)).filter(({ files, state }) => files !== checksum && state !== 'lost');
    for (const rollout of others) {
      if (this.reported.has(rollout.rolloutId)) continue;
      this.reported.add(rollout.rolloutId);
      this.worker.onOtherFiles(rollout);
    }
  }
}

/** The list of tenants of this process. It is read again for a tenant that it does not have. */
class KnownTenants {
  private known: ReadonlyMap<string, Tenant> = new Map();
  private reading: Promise<void> | undefined;

  constructor(private readonly worker: TenantWorker) {}

  get size(): number {
    return this.known.size;
  }

  /** Reads the list again. @returns the names of the queues for its servers. */
  async queues({ names }: Pick<Queue, 'names'>): Promise<readonly string[]> {
    await this.read();
    const { checksum } = this.worker.set;
    return [...new Set([...this.known.values()].map(({ place }) => names.tenants(place, checksum)))];
  }

  /** @throws ConfigurationError if it is not known and the list cannot be read. */
  async find(name: string): Promise<Tenant | undefined> {
    if (!this.known.has(name)) await this.read();
    return this.known.get(name);
  }

  private read(): Promise<void> {
    this.reading ??= this.worker
      .list()
      .then((tenants) => void (this.known = new Map(tenants.map((tenant) => [tenant.name, tenant]))))
      .finally(() => (this.reading = undefined));
    return this.reading;
  }
}
