import type { EngineSettings, FleetEngine } from '../core/ports/tenants.js';
import type { Tenant } from '../core/tenants/tenant.js';

/** Processes tenants in this process, each server at its own pace. */
export class InProcessEngine implements FleetEngine {
  async run(
    tenants: readonly Tenant[],
    work: (tenant: Tenant) => Promise<void>,
    { parallelism, mayStart }: EngineSettings,
  ): Promise<void> {
    const workers = byServer(tenants).flatMap((queue) => {
      const next = queue.values();
      return Array.from({ length: Math.min(parallelism, queue.length) }, async () => {
        for (const tenant of next) {
          if (!mayStart()) return;
          await work(tenant);
        }
      });
    });
    await Promise.all(workers);
  }
}

function byServer(tenants: readonly Tenant[]): readonly (readonly Tenant[])[] {
  const queues = new Map<string, Tenant[]>();
  for (const tenant of tenants) {
    const { server } = tenant.place;
    const queue = queues.get(server);
    if (queue) queue.push(tenant);
    else queues.set(server, [tenant]);
  }
  return [...queues.values()];
}
