import pg from 'pg';
import { beginReading } from '../../src/postgres/catalog/snapshot/read-transaction.js';
import { differences, readOn, type ReadCatalog } from '../../test/support/database/catalog-of.js';
import { dropSubscriptions } from '../../test/support/server/drop-subscriptions.js';
import { Random } from '../random.js';
import { changesOf, kindsOf, schemaSql, type Change } from './generate.js';
import { majorOf } from './major-of.js';

/** The changes that were made, and the problems that were found. */
export interface Proof {
  readonly played: number;
  readonly problems: readonly string[];
}

const BEGIN = beginReading({ role: undefined, statementTimeoutMs: 0 }).map((text) => text.replace(', READ ONLY', ''));

/**
 * Makes random single changes in a generated schema, each rolled back, and checks whether comparing two snapshots finds
 * and names it.
 *
 * @param each how many of each kind and verb.
 */
export async function proveChanges(connectionString: string, seed: number, each: number): Promise<Proof> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const role = `random_${seed}_${process.pid}`;
  const random = new Random(seed, 0);
  try {
    const kinds = kindsOf(await majorOf(client));
    await client.query(`CREATE ROLE ${role}`);
    await client.query(schemaSql(kinds, random, role));
    const recorded = await inTransaction(client, '');
    const changes = kinds.flatMap((kind) => changesOf(kind, random, role, each));
    const problems: string[] = [];
    for (const change of changes) problems.push(...(await problemsOf(client, recorded, change)));
    return { played: changes.length, problems };
  } finally {
    await cleanUp(client, role);
    await client.end();
  }
}

async function problemsOf(client: pg.Client, recorded: ReadCatalog, change: Change): Promise<string[]> {
  const { kind, verb, sql, names } = change;
  const problem = (text: string): string[] => [`${verb} ${kind}: ${text}: ${sql}`];
  let live: ReadCatalog;
  try {
    live = await inTransaction(client, sql);
  } catch (error) {
    return problem(`cannot be made (${String(error)})`);
  }
  const found = differences(recorded, live);
  if (found.length === 0) return problem('not found');
  if (!found.some((line) => names.test(line))) return problem(`not named, but ${found.join(', ')}`);
  const isSame = JSON.stringify(live.fingerprint) === JSON.stringify(recorded.fingerprint);
  return isSame ? problem('found, but the fingerprint is the same') : [];
}

/** The catalog after a change, which is rolled back. */
async function inTransaction(client: pg.Client, sql: string): Promise<ReadCatalog> {
  await client.query(BEGIN.join('; '));
  try {
    await client.query(sql);
    return await readOn(client);
  } finally {
    await client.query('ROLLBACK');
  }
}

/** A database with a subscription cannot be dropped, nor can a role that owns objects. */
async function cleanUp(client: pg.Client, role: string): Promise<void> {
  await dropSubscriptions(client);
  await client.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
}
