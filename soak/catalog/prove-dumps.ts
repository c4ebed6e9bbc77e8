import type pg from 'pg';
import { catalogOf, differences } from '../../test/support/database/catalog-of.js';
import { withClient } from '../../test/support/database/database.js';
import { dropSubscriptions } from '../../test/support/server/drop-subscriptions.js';
import { dumpInto } from '../../test/support/programs/pg-dump.js';
import { Random } from '../random.js';
import { changesOf, kindsOf, schemaSql } from './generate.js';
import { majorOf } from './major-of.js';
import type { Proof } from './prove-changes.js';

/**
 * Generates schemas, dumps each with pg_dump, restores it in another database and compares the snapshots of both: there
 * must be no difference.
 *
 * @param urlOf returns the URL of a database by name; without a name, of one to connect to first.
 */
export async function proveDumps(urlOf: (database?: string) => string, seed: number, schemas: number): Promise<Proof> {
  const problems: string[] = [];
  const role = `dumped_${seed}_${process.pid}`;
  const names = ['gen_source', 'gen_target'];
  const [source, target] = names.map((name) => urlOf(name)) as [string, string];
  const admin = (sql: string) => withClient(urlOf(), (client) => client.query(sql));
  await admin(`CREATE ROLE ${role}`);
  for (let i = 1; i <= schemas; i++) {
    for (const name of names) await admin(`CREATE DATABASE ${name}`);
    await withClient(source, (client) => generate(client, new Random(seed, i), role));
    const found = await differencesOf(source, target).catch((error: unknown) => [String(error)]);
    if (found.length > 0) problems.push(`schema ${i}: ${found.join('; ')}`);
    for (const url of [source, target]) await withClient(url, dropSubscriptions);
    for (const name of names) await admin(`DROP DATABASE ${name} WITH (FORCE)`);
  }
  await admin(`DROP ROLE ${role}`);
  return { played: schemas, problems };
}

async function differencesOf(source: string, target: string): Promise<string[]> {
  await dumpInto(source, target);
  return differences(await catalogOf(source), await catalogOf(target));
}

/** About half of the objects, some of which have been altered. */
async function generate(client: pg.Client, random: Random, role: string): Promise<void> {
  const kinds = kindsOf(await majorOf(client));
  const present = new Set(kinds.filter(() => random.next() < 0.6));
  await client.query(schemaSql(kinds, random, role, (kind) => present.has(kind)));
  for (const kind of present) {
    const alterations = changesOf(kind, random, role, 1).filter(({ verb }) => verb === 'alter');
    for (const { sql } of alterations) if (random.next() < 0.5) await client.query(sql);
  }
}
