import { ConfigurationError } from '../core/errors/input-errors.js';
import { messageOfAny } from '../core/errors/wording.js';

/** A database that runs statements, in the shape that pg-boss expects. */
export interface Database {
  /** Without values, `text` may have several statements. */
  executeSql(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

/** A job to add. */
export interface NewJob {
  readonly id: string;
  readonly data: object;
}

/** A job that a worker has taken. */
export interface TakenJob {
  readonly id: string;
  readonly data: unknown;
  /** How often it was tried before. */
  readonly retryCount: number;
  readonly retryLimit: number;
}

/** How the jobs of a queue are tried again. */
export interface QueueSettings {
  readonly retryLimit: number;
  /** In seconds; it doubles with each attempt. */
  readonly retryDelay: number;
  readonly retryBackoff: boolean;
  readonly expireInSeconds: number;
  readonly deadLetter: string;
}

/** What we use of pg-boss. Versions 10 and 12 differ only in this file. Calls without a database use that of pg-boss. */
export interface Boss {
  readonly insert: (queue: string, jobs: readonly NewJob[]) => Promise<void>;
  readonly fetch: (queue: string, most: number) => Promise<readonly TakenJob[]>;
  /** @returns false if the job is no longer being worked on, so that nothing was changed. */
  readonly complete: (queue: string, id: string, output: object, db?: Database) => Promise<boolean>;
  /** @returns the same. */
  readonly fail: (queue: string, id: string, output: object) => Promise<boolean>;
  readonly createQueue: (queue: string, settings?: QueueSettings) => Promise<void>;
  readonly deleteQueue: (queue: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The part that is equal in all versions. */
interface PgBoss {
  on(event: 'error', listener: (error: Error) => void): unknown;
  start(): Promise<unknown>;
  stop(options: object): Promise<void>;
  createQueue(name: string, options?: object): Promise<unknown>;
  getQueue(name: string): Promise<unknown>;
  insert(...jobs: unknown[]): Promise<unknown>;
  fetch(queue: string, options: object): Promise<readonly TakenJob[] | null>;
  complete(queue: string, id: string, output: object, options: object): Promise<{ readonly affected: number }>;
  fail(queue: string, id: string, output: object): Promise<{ readonly affected: number }>;
  deleteQueue(name: string): Promise<unknown>;
}
type PgBossClass = new (options: object) => PgBoss;

const AT_ONCE = { graceful: false, wait: true };

/** Loads the package. Version 10 exports a class by default, version 12 by name. */
export type LoadPgBoss = () => Promise<object>;

interface BossSettings {
  readonly db: Database;
  /** The schema of its tables. */
  readonly schema: string;
  readonly load: LoadPgBoss;
}

/** Starts pg-boss, which installs its tables if they are missing. @throws ConfigurationError if the package is missing. */
export async function startBoss({ db, schema, load }: BossSettings): Promise<Boss> {
  const { byName, PgBossOf } = await classOf(load);
  const boss = new PgBossOf({ db, schema, schedule: false });
  boss.on('error', () => {}); // our calls reject; its own maintenance retries
  try {
    await boss.start();
  } catch (error) {
    await boss.stop(AT_ONCE).catch(() => {}); // its timers would keep the process alive
    throw error;
  }
  return {
    // Since version 11 a queue is named first.
    insert: async (name, jobs) => {
      if (byName) await boss.insert(name, jobs);
      else await boss.insert(jobs.map((job) => ({ ...job, name })));
    },
    fetch: async (name, batchSize) => (await boss.fetch(name, { batchSize, includeMetadata: true, db })) ?? [],
    complete: async (name, id, output, other) =>
      (await boss.complete(name, id, output, { db: other ?? db })).affected > 0,
    fail: async (name, id, output) => (await boss.fail(name, id, output)).affected > 0,
    createQueue: async (name, settings) => {
      if (await boss.getQueue(name)) return; // creating one locks tables, even if it exists
      await boss.createQueue(name, byName ? settings : { name, ...settings });
    },
    deleteQueue: async (name) => {
      await boss.deleteQueue(name);
    },
    stop: () => boss.stop(AT_ONCE),
  };
}

async function classOf(load: LoadPgBoss): Promise<{ readonly byName: boolean; readonly PgBossOf: PgBossClass }> {
  const loaded = (await load().catch((error: unknown) => {
    const hint = isMissing(error) ? '. Install it: npm install pg-boss@12, or pg-boss@10 on Node 20' : '';
    const detail = `pg-boss cannot be loaded: ${firstLine(error)}${hint}`;
    throw new ConfigurationError('INVALID_OPTIONS', [{ option: 'tenants.engine', code: 'invalid', detail }]);
  })) as { readonly PgBoss?: PgBossClass; readonly default?: PgBossClass };
  const named = loaded.PgBoss;
  if (named) return { byName: true, PgBossOf: named };
  return { byName: false, PgBossOf: loaded.default as PgBossClass };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(?:ERR_)?MODULE_NOT_FOUND$/.test(String(error.code));
}

function firstLine(error: unknown): string {
  return messageOfAny(error).split('\n')[0] ?? '';
}
