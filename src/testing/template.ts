import { createHash } from 'node:crypto';
import { migrationsOf, type Migrations } from '../composition/create-migrator.js';
import type { MigratorOptions, ResolvedOptions } from '../composition/options.js';
import { resolveFileOptions, resolveMigratorOptions } from '../composition/validation/migrator-options.js';
import { LIBRARY_VERSION } from '../core/history/library-version.js';
import { quoteIdentifier, quoteLiteral } from '../core/sql/text/quote.js';
import { stampDatabase, TEMPLATE_PREFIX } from './leftovers.js';
import { Backoff } from '../timing/backoff.js';
import { migrateOnce } from './migrate-once.js';
import type { Server } from './server.js';

/** What a template is made of. */
export interface Recipe {
  /** The migration options. Their connection is ignored: a template has its own. */
  readonly options: MigratorOptions;
  readonly migrations: Migrations;
  /** A directory of files that run after the migrations. */
  readonly seeds: string | undefined;
}

/**
 * Returns the name of a database without connections, with all migrations and seeds. It is built if it does not exist
 * yet; other processes that need the same template wait for the one that builds it.
 */
export async function provideTemplate(server: Server, recipe: Recipe): Promise<string> {
  const name = TEMPLATE_PREFIX + (await keyOf(server, recipe));
  if (!(await isComplete(server, name))) await underLock(server, name, () => build(server, name, recipe));
  await stampDatabase(server, name);
  return name;
}

/** Derives the name from everything that determines the contents of the database. */
async function keyOf(server: Server, { options, migrations, seeds }: Recipe): Promise<string> {
  const resolved = resolveFileOptions(options);
  const { layout, placeholders, placeholderDelimiters, role, searchPath, table, transaction, recordSource } = resolved;
  const { catalog } = resolved;
  const [version] = await server.query(`SELECT current_setting('server_version') AS server, current_user AS owner`);
  const ingredients = {
    migrations: (await migrations.source.read()).checksum,
    seeds: seeds && (await migrationsOf(seedOptions(resolved, seeds)).source.read()).checksum,
    options: {
      layout,
      placeholders,
      placeholderDelimiters,
      role,
      searchPath,
      table,
      transaction,
      recordSource,
      catalog,
    },
    version,
    library: LIBRARY_VERSION,
  };
  return createHash('sha256').update(JSON.stringify(ingredients)).digest('hex').slice(0, 32);
}

/** Disallowing connections is the last step, so a template that allows them was left by a process that died. */
async function isComplete(server: Server, name: string): Promise<boolean> {
  const rows = await server.query<{ complete: boolean }>(
    `SELECT NOT datallowconn AS complete FROM pg_catalog.pg_database WHERE datname = ${quoteLiteral(name)}`,
  );
  return rows[0]?.complete ?? false;
}

/** Polls, because a session that waits inside a lock call would block concurrent index builds. */
async function underLock(server: Server, name: string, work: () => Promise<void>): Promise<void> {
  const key = `pg_catalog.hashtextextended(${quoteLiteral(name)}, 0)`;
  const tryLock = async (): Promise<boolean> => {
    const [row] = await server.query<{ taken: boolean }>(`SELECT pg_catalog.pg_try_advisory_lock(${key}) AS taken`);
    return row?.taken ?? false;
  };
  const backoff = new Backoff();
  while (!(await tryLock())) await backoff.pause();
  try {
    await work();
  } finally {
    await server.query(`SELECT pg_catalog.pg_advisory_unlock(${key})`);
  }
}

async function build(server: Server, name: string, { options, migrations, seeds }: Recipe): Promise<void> {
  if (await isComplete(server, name)) return;
  await server.dropDatabase(name);
  await server.createDatabase(name, 'template0');
  try {
    const resolved = resolveMigratorOptions({ ...options, connectionString: server.urlOf(name) });
    await migrateOnce(resolved, migrations);
    if (seeds !== undefined) await migrateOnce(seedOptions(resolved, seeds));
    await server.query(`ALTER DATABASE ${quoteIdentifier(name)} WITH ALLOW_CONNECTIONS false`);
  } catch (error) {
    await server.dropDatabase(name);
    throw error;
  }
}

/** Seeds are plain files that run once per template and are not recorded. */
function seedOptions(options: ResolvedOptions, directory: string): ResolvedOptions {
  return { ...options, directory, tracking: false, layout: 'plain' };
}
