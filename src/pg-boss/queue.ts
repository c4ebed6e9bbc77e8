import { retry } from '../timing/retry.js';
import { startBoss, type Boss, type Database, type LoadPgBoss, type QueueSettings } from './boss.js';
import { QueueDatabase } from './database.js';
import { JobTable } from './job-table.js';
import { QueueNames } from './jobs.js';
import { isMissingTable, isTransient, toMigrationError } from './queue-errors.js';

/** How long the rollout of a process that has died stays listed, in seconds. */
const DAY_SECONDS = 86_400;

/** The jobs of one fleet, without pg-boss. */
export interface StoredJobs {
  readonly jobs: JobTable;
  readonly names: QueueNames;
}

/** pg-boss for the jobs of one fleet. It is started when it is first needed. */
export interface Queue extends StoredJobs {
  readonly boss: Boss;
  /** Its database for changes that may be lost in a crash of its server. */
  readonly hasty: Database;
}

interface QueuePlace {
  readonly source: ConstructorParameters<typeof QueueDatabase>[0];
  /** The schema of pg-boss. */
  readonly schema: string;
  readonly load: LoadPgBoss;
  /** True if it is not in the database of the shared files. */
  readonly isElsewhere: boolean;
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
  private readonly names: QueueNames;
  private readonly created = new Map<string, Promise<void>>();

  constructor(private readonly place: QueuePlace) {
    this.names = new QueueNames(place.fleet, place.isElsewhere);
  }

  /** @throws MigrationError */
  async get(): Promise<Queue> {
    this.opened ??= this.open().catch((error: unknown) => {
      this.opened = undefined;
      throw toMigrationError(error);
    });
    return this.opened;
  }

  /**
   * Works on stored jobs only. Starting pg-boss would create or change its tables.
   *
   * @returns undefined if there are no tables. @throws MigrationError
   */
  async withStored<T>(work: (stored: StoredJobs) => Promise<T>): Promise<T | undefined> {
    try {
      return await work({ jobs: new JobTable(this.connected(), this.place.schema), names: this.names });
    } catch (error) {
      if (isMissingTable(error)) return undefined;
      throw toMigrationError(error);
    }
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
    const { database } = this;
    this.database = undefined;
    await database?.close();
  }

  private connected(): QueueDatabase {
    this.database ??= new QueueDatabase(this.place.source);
    return this.database;
  }

  private async open(): Promise<Queue> {
    const { names } = this;
    const { schema, load } = this.place;
    const db = this.connected();
    const boss = await retryWhileInstalling(() => startBoss({ db, schema, load }));
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
