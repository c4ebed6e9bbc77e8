import type { TenantWorker } from '../core/ports/engine.js';
import type { Tenant } from '../core/tenants/tenant.js';
import { pause } from '../timing/pause.js';
import type { OpenQueue, Queue } from './queue.js';
import { ServerWorker } from './server-worker.js';

/** How often a worker looks for servers that are new on its list, in ms. */
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
  try {
    await join();
    while (!worker.signal.aborted) {
      await pause(LIST_MS, worker.signal);
      list.forget();
      if (!worker.signal.aborted) await join().catch(() => {}); // it works for those that it knows
    }
  } finally {
    await Promise.all(servers.values());
  }
}

/** The list of tenants of this process. It is read again for a tenant that it does not have. */
class KnownTenants {
  private reading: Promise<ReadonlyMap<string, Tenant>> | undefined;

  constructor(private readonly worker: TenantWorker) {}

  /** The names of the queues for their servers. */
  async queues({ names }: Pick<Queue, 'names'>): Promise<readonly string[]> {
    const tenants = [...(await this.read()).values()];
    return [...new Set(tenants.map(({ place }) => names.tenants(place.server, this.worker.set.checksum)))];
  }

  async find(name: string): Promise<Tenant | undefined> {
    const known = this.reading;
    const found = (await this.read()).get(name);
    if (found) return found;
    if (this.reading === known) this.forget();
    return (await this.read()).get(name);
  }

  forget(): void {
    this.reading = undefined;
  }

  private read(): Promise<ReadonlyMap<string, Tenant>> {
    this.reading ??= this.worker.list().then((tenants) => new Map(tenants.map((tenant) => [tenant.name, tenant])));
    this.reading.catch(() => this.forget());
    return this.reading;
  }
}
