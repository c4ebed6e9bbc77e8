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
  const servers = new ServerLines(parallelism);
  const inTurn = (tenant: Tenant): Promise<void> =>
    servers.pass(tenant, async () => {
      if (mayStart()) await work(tenant);
    });
  await Promise.all(tenants.map(inTurn));
}

/** Limits how many tenants of one server are processed at the same time. The others wait in line. */
export class ServerLines {
  private readonly lines = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  constructor(private readonly parallelism: number) {}

  async pass<T>({ place: { server } }: Tenant, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(server) ?? { running: 0, waiting: [] };
    this.lines.set(server, line);
    if (line.running < this.parallelism) line.running += 1;
    else await new Promise<void>((enter) => line.waiting.push(enter));
    try {
      return await work();
    } finally {
      const next = line.waiting.shift();
      if (next) next();
      else line.running -= 1;
    }
  }
}
