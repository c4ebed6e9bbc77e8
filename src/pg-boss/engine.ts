import { ConfigurationError } from '../core/errors/input-errors.js';
import type {
  EngineHost,
  EngineTask,
  FleetEngine,
  FleetEngineFactory,
  FleetWorkers,
  TenantWorker,
} from '../core/ports/engine.js';
import type { ConfigurationProblem } from '../core/problems/configuration-problem.js';
import type { RolloutStop } from '../core/tenants/report.js';
import type { RolloutCommand, RunningRollout } from '../core/tenants/running-rollout.js';
import type { Tenant } from '../core/tenants/tenant.js';
import { Announcement, CANCELLED, controlRollout, runningRollouts } from './announcements.js';
import type { LoadPgBoss } from './boss.js';
import type { QueueDatabase } from './database.js';
import { Driver } from './driver.js';
import { toMigrationError } from './queue-errors.js';
import { OpenQueue } from './queue.js';
import { workFor } from './worker.js';

type Announceable = Pick<EngineTask, 'rolloutId' | 'set'>;
type Gate = NonNullable<RunningRollout['gate']>;
type Source = ConstructorParameters<typeof QueueDatabase>[0];

/** Options of `pgBoss()`. */
export interface PgBossOptions {
  /**
   * The database of the queue, if it is not that of the shared files. All processes must use the same one, and connect to
   * it directly rather than through a pooler.
   * @default the database of the shared files
   */
  readonly connectionString?: string;
  /** The schema of pg-boss. It is created if it is missing. @default 'pgboss' */
  readonly schema?: string;
  /** How often a tenant is tried again after a failure that may go away, or the death of a worker. @default 5 */
  readonly retries?: number;
  /** How long a rollout waits for a worker that has the same files, in ms. @default 60000 */
  readonly workerTimeout?: number;
}

/**
 * An engine for the option `tenants.engine`: rollouts are jobs of pg-boss, and workers in any number of processes migrate
 * the tenants. Needs the package `pg-boss`, version 10.4 or 12.
 *
 * @throws ConfigurationError if an option cannot be used
 */
export function pgBoss(options: PgBossOptions = {}): FleetEngineFactory {
  return pgBossFrom(() => import('pg-boss'), options);
}

/** @internal */
export function pgBossFrom(load: LoadPgBoss, options: PgBossOptions = {}): FleetEngineFactory {
  assertUsable(options);
  return { create: (host) => new PgBossEngine(host, options, load) };
}

const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const CHECKS: Readonly<Record<keyof PgBossOptions, readonly [(value: unknown) => boolean, string]>> = {
  connectionString: [(value) => typeof value === 'string' && value !== '', 'expected a connection string'],
  schema: [
    (value) => typeof value === 'string' && /^[A-Za-z_]\w{0,49}$/.test(value),
    'expected a name of letters, digits and underscores, 50 at most',
  ],
  retries: [isCount, 'expected a whole number of at least 0'],
  workerTimeout: [(value) => isCount(value) && Number(value) > 0, 'expected a whole number of milliseconds'],
};

/** @throws ConfigurationError listing every problem. */
function assertUsable(options: PgBossOptions): void {
  const problems = Object.entries(options).flatMap(([name, value]: [string, unknown]): ConfigurationProblem[] => {
    const option = `tenants.engine.${name}`;
    const check = Object.entries(CHECKS).find(([known]) => known === name)?.[1];
    if (!check) return [{ option, code: 'unknown-option' }];
    const [isValid, detail] = check;
    return value === undefined || isValid(value) ? [] : [{ option, code: 'invalid', detail }];
  });
  if (problems.length > 0) throw new ConfigurationError('INVALID_OPTIONS', problems);
}

class PgBossEngine implements FleetEngine {
  readonly workers: FleetWorkers;
  private readonly opened: OpenQueue;
  private readonly announcements = new Map<string, Promise<Announcement>>();

  constructor(
    private readonly host: EngineHost,
    private readonly options: PgBossOptions,
    load: LoadPgBoss,
  ) {
    const { connectionString, schema = 'pgboss', retries = 5 } = options;
    const source = connectionString ?? (host.connection as Source);
    this.opened = new OpenQueue({
      source,
      isElsewhere: connectionString !== undefined,
      schema,
      load,
      fleet: host.name,
      retries,
    });
    this.workers = {
      work: (worker: TenantWorker) => workFor(this.opened, worker),
      rollouts: () => this.opened.withStored(runningRollouts),
      control: async (rolloutId: string, command: RolloutCommand) =>
        (await this.opened.withStored((stored) => controlRollout(stored, rolloutId, command))) ?? false,
    };
  }

  async run(tenants: readonly Tenant[], task: EngineTask): Promise<void> {
    const announcement = await this.announced(task);
    const { opened, host } = this;
    const queue = await opened.get();
    const { workerTimeout: workerWaitMs = 60_000 } = this.options;
    await new Driver(queue, { opened, host, announcement, workerWaitMs }, tenants, task).run();
  }

  async waitAtGate(rollout: Announceable, { wave, of }: Gate, signal: AbortSignal): Promise<RolloutStop | undefined> {
    const announcement = await this.announced(rollout).catch(() => undefined); // the next wave reports the error
    return (await announcement?.waitAtGate({ wave, of }, signal)) === 'cancel' ? CANCELLED : undefined;
  }

  /** @throws MigrationError */
  private async announced({ rolloutId, set }: Announceable): Promise<Announcement> {
    const queue = await this.opened.get();
    const announcing = this.announcements.get(rolloutId) ?? Announcement.make(queue, rolloutId, set.checksum);
    this.announcements.set(rolloutId, announcing);
    return announcing.catch((error: unknown) => {
      this.announcements.delete(rolloutId);
      throw toMigrationError(error);
    });
  }

  async ended(rolloutId: string): Promise<void> {
    const announcing = this.announcements.get(rolloutId);
    this.announcements.delete(rolloutId);
    const end = async (): Promise<void> => {
      await (await announcing)?.end();
      if (announcing) await this.opened.tidy();
    };
    await end().catch(() => {}); // others see that it has not been seen for long
  }

  async close(): Promise<void> {
    await this.opened.close();
  }
}
