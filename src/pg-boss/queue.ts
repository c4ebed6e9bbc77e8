import { retry } from '../timing/retry.js';
import { startBoss, type Boss, type Database, type LoadPgBoss, type QueueSettings } from './boss.js';
import { QueueDatabase } from './database.js';
import { JobTable } from './job-table.js';
import { QueueNames } from './jobs.js';
import { toMigrationError, isTransient } from './queue-errors.js';

/** How long the rollout of a process that has died stays listed, in seconds. */
const DAY_SECONDS = 86_400;

/** pg-boss for the jobs of one fleet. It is started when it is first needed. */
export interface Queue {
  readonly boss: Boss;
  readonly jobs: JobTable;
  readonly names: QueueNames;
  /** Its database for changes that may be lost in a crash of its server. */
  readonly hasty: Database;
}

interface QueuePlace {
  readonly source: ConstructorParameters<typeof QueueDatabase>[0];
  /** The schema of pg-boss. */
  readonly schema: string;
  readonly load: LoadPgBoss;
  /** Equal for all processes with the same fleet. */
  readonly fleet: string;
  readonly retries: number;
}

/** pg-boss lets a job expire after less than a day. A worker that died is noticed much earlier. */
const EXPIRE_SECONDS = 86_399;

/** How long installing and creating are retried, in ms. */
const INSTALL_MS = 10_000;

/** Opens and closes the queue. */
export class OpenQueue {
  private opened: Promise<Queue> | undefined;
  private database: QueueDatabase | undefined;
  private readonly created = new Map<string, Promise<void>>();

  constructor(private readonly place: QueuePlace) {}

  /** @throws MigrationError */
  async get(): Promise<Queue> {
    this.opened ??= this.open().catch(async (error: unknown) => {
      this.opened = undefined;
      await this.closeDatabase();
      throw toMigrationError(error);
    });
    return this.opened;
  }

  /** Creates a queue for tenants, if there is none. */
  async ensure(queue: string): Promise<void> {
    const { boss, names } = await this.get();
    const { retries: retryLimit } = this.place;
    const settings = { retryLimit, retryDelay: 1, retryBackoff: true, expireInSeconds: EXPIRE_SECONDS };
    await this.once(boss, queue, { ...settings, deadLetter: names.deadLetter }).catch((error: unknown) => {
      throw toMigrationError(error);
    });
  }

  /** Deletes queues of earlier states of the files, and what processes that have died left behind. */
  async tidy(): Promise<void> {
    const { boss, jobs, names } = await this.get();
    await jobs.forgetRollouts(names.rollouts, DAY_SECONDS);
    for (const name of await jobs.unused(names.prefix)) {
      this.created.delete(name);
      await jobs.empty(name); // a queue with jobs cannot be deleted
      await boss.deleteQueue(name);
    }
  }

  async close(): Promise<void> {
    const opened = await this.opened?.catch(() => undefined);
    this.opened = undefined;
    this.created.clear();
    await opened?.boss.stop();
    await this.closeDatabase();
  }

  private async closeDatabase(): Promise<void> {
    const { database } = this;
    this.database = undefined;
    await database?.close();
  }

  private async open(): Promise<Queue> {
    const { source, schema, load, fleet } = this.place;
    this.database = new QueueDatabase(source);
    const db = this.database;
    const boss = await retryWhileInstalling(() => startBoss({ db, schema, load }));
    const names = new QueueNames(fleet);
    try {
      for (const name of [names.deadLetter, names.rollouts]) await this.once(boss, name);
    } catch (error) {
      await boss.stop();
      throw error;
    }
    return { boss, jobs: new JobTable(db, schema), names, hasty: db.hasty };
  }

  private once(boss: Boss, queue: string, settings?: QueueSettings): Promise<void> {
    const creating = this.created.get(queue) ?? retryWhileInstalling(() => boss.createQueue(queue, settings));
    this.created.set(queue, creating);
    creating.catch(() => this.created.delete(queue));
    return creating;
  }
}

/** Processes that install pg-boss or create a queue at the same time may get in each other's way, or even deadlock. */
function retryWhileInstalling<T>(work: () => Promise<T>): Promise<T> {
  return retry(work, { forMs: INSTALL_MS, isTransient });
}
