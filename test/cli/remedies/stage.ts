import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { lockKey } from '../../../src/postgres/lock/lock.js';
import type { TestDatabase } from '../../support/database/database.js';

/** Where a scene is set. */
export interface Stage {
  readonly db: TestDatabase;
  readonly directory: string;
  /** Runs the command line there. */
  readonly type: (...args: string[]) => Promise<unknown>;
}

/** How to cause a message, and which of its remedies to run. */
export interface Scene {
  readonly files: Readonly<Record<string, string>>;
  readonly set?: (stage: Stage) => Promise<unknown>;
  /** The command whose output contains the message; `DIR` is the directory. */
  readonly command: readonly string[];
  /** The commands and flags that the message suggests, without those that were given; `DIR` is the directory. */
  readonly names: readonly string[];
  /** Remedies that together form one solution, by index. @default each one alone */
  readonly ways?: readonly (readonly number[])[];
  /** What a reader would insert for `<value>` and the like. */
  readonly value?: (stage: Stage) => string;
  /** True if it connects through a pooler. */
  readonly isPooled?: boolean;
}

export const change =
  (file: string, text: string) =>
  ({ directory }: Stage): Promise<void> =>
    writeFile(join(directory, file), text);

export const inOrder =
  (...steps: ((stage: Stage) => Promise<unknown>)[]) =>
  async (stage: Stage): Promise<void> => {
    for (const step of steps) await step(stage);
  };

export const migrated = ({ type }: Stage): Promise<unknown> => type('migrate');
export const without =
  (...files: string[]) =>
  async ({ directory }: Stage): Promise<void> => {
    for (const file of files) await rm(join(directory, file));
  };
export const renamed =
  (from: string, to: string) =>
  ({ directory }: Stage): Promise<void> =>
    rename(join(directory, from), join(directory, to));
export const query =
  (sql: string) =>
  ({ db }: Stage): Promise<unknown> =>
    db.query(sql);
/** The process died during the next statement. */
export const killed = query(`UPDATE shared.schema_migrations SET running = true, error_message = 'running'`);
/** Another process holds the migration lock until its backend is terminated. */
export const lockHeld = async ({ db }: Stage): Promise<void> => {
  const client = new pg.Client({ connectionString: db.connectionString });
  client.on('error', () => {});
  await client.connect();
  await client.query('SELECT pg_advisory_lock($1::bigint)', [
    String(lockKey(db.name, { schema: 'shared', table: 'schema_migrations' })),
  ]);
};
export const inSubfolder = async ({ directory }: Stage): Promise<void> => {
  await mkdir(join(directory, 'sub'));
  await rename(join(directory, '1.sql'), join(directory, 'sub', '1.sql'));
};

/** The configuration of two tenants, in the directory. */
export const TENANTS = 'tenants.json';
/** Two tenants with a file, which has been applied. */
export const tenantsMigrated = async ({ db, directory, type }: Stage): Promise<void> => {
  const list = ['elm', 'oak'].map((name) => ({ name, schema: name }));
  const config = join(directory, TENANTS);
  await mkdir(join(directory, 'tenants'));
  await writeFile(join(directory, 'tenants', '1.sql'), 'CREATE TABLE a (id int);');
  await writeFile(config, JSON.stringify({ tenants: { directory: join(directory, 'tenants'), list } }));
  await db.query('CREATE SCHEMA elm; CREATE SCHEMA oak');
  await type('migrate', '--all', '--config', config);
};
/** The schema has a new OID, as after restoring a dump. */
export const restored = (schema: string): ((stage: Stage) => Promise<unknown>) =>
  query(`DROP SCHEMA ${schema} CASCADE; CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.a (id int)`);
