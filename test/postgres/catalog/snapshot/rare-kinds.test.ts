import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { ALL_KINDS, toPresentKinds, type PresentKinds } from '../../../../src/postgres/catalog/queries/rare-kinds.js';
import { readObjects } from '../../../../src/postgres/catalog/snapshot/read-objects.js';
import { LIVE_SQL } from '../../../../src/postgres/catalog/snapshot/stamp.js';
import { ALL_GROUPS, EVERYTHING } from '../../../support/database/catalog-of.js';
import { connectionOn } from '../../../support/database/connection-on.js';
import { useTestDatabase } from '../../../support/server/use-test-database.js';
import { dropFixture, fixtureSql } from '../changes/fixture.js';

const ROLE = `rare_kinds_${process.pid}`;

afterAll(async () => {
  await client.end();
  await dropFixture(database, ROLE);
});

const database = useTestDatabase();
let client: pg.Client;

beforeAll(async () => {
  client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
});

async function presentKinds(): Promise<PresentKinds> {
  const { rows } = await client.query<{ kinds: string }>(`SELECT kinds FROM ${LIVE_SQL}`);
  return toPresentKinds(rows[0]?.kinds);
}

const read = (kinds: PresentKinds): ReturnType<typeof readObjects> =>
  readObjects(connectionOn(client), { scope: EVERYTHING, groups: ALL_GROUPS, kinds });

test('leaving out the kinds that are absent from the stamp omits no object, as one kind after another is created', async () => {
  // Subscriptions are those of the whole server, on which other tests run.
  expect([...(await presentKinds())].filter((kind) => kind !== 'subscription')).toEqual([]);
  const dependency = 'ALTER FUNCTION app.add(integer, integer) DEPENDS ON EXTENSION citext';
  const statements = [...fixtureSql(ROLE).split(/;\n/), dependency];
  const seen: number[] = [];
  for (const statement of statements) {
    await client.query(statement);
    const kinds = await presentKinds();
    expect({ statement, ...(await read(kinds)) }).toEqual({ statement, ...(await read(ALL_KINDS)) });
    seen.push(kinds.size);
  }
  expect(new Set(seen).size).toBeGreaterThan(25);
  expect([...(await presentKinds())]).toEqual([...ALL_KINDS]);
});
