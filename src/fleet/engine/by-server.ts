import type { Tenant } from '../../core/tenants/tenant.js';

interface Pace {
  /** How many tenants of one server may be processed at the same time. */
  readonly parallelism: number;
  /** Called before each tenant; if it returns false, this tenant and all others are left out. @default always true */
  readonly mayStart?: () => boolean;
}

/** Calls `work` at most once for each tenant, and returns when all calls have ended. @param work never rejects. */
export async function eachByServer(
  tenants: readonly Tenant[],
  work: (tenant: Tenant) => Promise<void>,
  { parallelism, mayStart = () => true }: Pace,
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
