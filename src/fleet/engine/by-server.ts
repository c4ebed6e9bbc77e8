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
  const limiter = new ServerLimiter(parallelism);
  const workIfAllowed = async (tenant: Tenant): Promise<void> => {
    if (mayStart()) await work(tenant);
  };
  await Promise.all(tenants.map((tenant) => limiter.run(tenant, () => workIfAllowed(tenant))));
}

/** Limits how many tenants of one server are processed at the same time. The others wait in the order of arrival. */
export class ServerLimiter {
  private readonly servers = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  constructor(private readonly parallelism: number) {}

  async run<T>({ place }: Tenant, work: () => Promise<T>): Promise<T> {
    const server = this.servers.get(place.server) ?? { running: 0, waiting: [] };
    this.servers.set(place.server, server);
    if (server.running < this.parallelism) server.running += 1;
    else await new Promise<void>((start) => server.waiting.push(start));
    try {
      return await work();
    } finally {
      const startNext = server.waiting.shift();
      if (startNext) startNext();
      else server.running -= 1;
    }
  }
}
