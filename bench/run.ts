/**
 * What runs cost. Absolute times differ from machine to machine: compare within one run.
 *
 *     npm run bench
 */
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import pg from 'pg';
import { makeMigrator } from '../src/migrator.js';
import { startEphemeralServer } from '../test/support/ephemeral-server.js';
import { startDelayingProxy } from './delaying-proxy.js';
import { generateMigrations } from './files.js';
import { generateManySteps, runWithPsql } from './many-steps.js';

const SIZES = [32, 1_000, 10_000];
const REPEATS = 7;
const ONE_WAY_MS = 5;

const server = await startEphemeralServer({ max_locks_per_transaction: '1024' });
const rows: Record<string, string | number>[] = [];

for (const size of SIZES) {
  const directory = await generateMigrations(size);
  const database = `bench_${size}`;
  await onServer(`CREATE DATABASE ${database}`);
  const connectionString = server.connectionString(database);
  const migrate = async (options = {}): Promise<void> => {
    const migrator = makeMigrator({ connectionString, directory, ...options });
    await migrator.migrate();
    await migrator.close();
  };

  const first = await time(migrate);
  const floor = await median(() => floorOf(connectionString, directory));
  const nothing = await median(migrate);
  const untracked = size > 1_000 ? undefined : await time(() => migrate({ tracking: false }));
  rows.push({
    files: size,
    'first run ms': round(first),
    'nothing to do ms': round(nothing),
    'floor ms': round(floor),
    'times floor': (nothing / floor).toFixed(2),
    'every file again ms': untracked === undefined ? '' : round(untracked),
  });
  await rm(directory, { recursive: true });
}
console.table(rows);

const small = await generateMigrations(32);
await onServer('CREATE DATABASE bench_network');
const proxy = await startDelayingProxy(server, ONE_WAY_MS);
const migrator = makeMigrator({
  connectionString: `postgres://postgres@127.0.0.1:${proxy.port}/bench_network`,
  directory: small,
});
const network = await time(() => migrator.migrate());
console.log(`32 files, first run over a network with ${2 * ONE_WAY_MS} ms round trips: ${round(network)} ms`);
await migrator.close();
proxy.close();
await rm(small, { recursive: true });

const steps = await generateManySteps();
for (const database of ['bench_psql', 'bench_steps']) await onServer(`CREATE DATABASE ${database}`);
const stepping = makeMigrator({
  connectionString: server.connectionString('bench_steps'),
  directory: steps.directory,
});
const psql = await time(async () => runWithPsql(steps.file, server.connectionString('bench_psql')));
const stepped = await time(() => stepping.migrate());
console.log(`10,001 statements without a transaction: ${round(stepped)} ms, psql ${round(psql)} ms`);
await stepping.close();
await rm(steps.directory, { recursive: true });
await server.remove();

/** The least that anything can do: connect, one query, list the directory. */
async function floorOf(connectionString: string, directory: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  readdirSync(directory);
  await client.query('SELECT migration_file FROM shared.schema_migrations');
  await client.end();
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.connectionString() });
  await client.connect();
  await client.query(sql);
  await client.end();
}

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i++) times.push(await time(work));
  return times.toSorted((a, b) => a - b)[Math.floor(REPEATS / 2)] as number;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
