import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { ALL_KINDS } from '../../../../src/postgres/catalog/queries/rare-kinds.js';
import { readFingerprint } from '../../../../src/postgres/catalog/snapshot/read-objects.js';
import { LIVE_SQL } from '../../../../src/postgres/catalog/snapshot/stamp.js';
import { beginReading } from '../../../../src/postgres/catalog/snapshot/read-transaction.js';
import { ALL_GROUPS, differences, EVERYTHING, readOn, type ReadCatalog } from '../../../support/database/catalog-of.js';
import { connectionOn } from '../../../support/database/connection-on.js';
import { until } from '../../../support/jest/until.js';
import { useTestDatabase } from '../../../support/server/use-test-database.js';
import { dropFixture, fixtureSql } from '../changes/fixture.js';
import { OTHER_CHANGES } from '../changes/others.js';
import { TABLE_CHANGES } from '../changes/tables.js';

const ROLE = `catalog_${process.pid}`;

/** The stamps before and after a change, in one snapshot: other tests create roles, which every stamp covers. */
interface Stamped {
  readonly before: string;
  readonly stamp: string;
}

/** A stamp even where there are subscriptions: only superusers can tell by it that one was changed. */
const LIVE = LIVE_SQL.replaceAll('EXISTS (SELECT FROM pg_catalog.pg_subscription)', 'false');

describe('a single change', () => {
  afterAll(async () => {
    await client.end();
    await dropFixture(database, ROLE);
  });

  const database = useTestDatabase();
  let client: pg.Client;
  let recorded: ReadCatalog & Stamped;

  beforeAll(async () => {
    await database.query(fixtureSql(ROLE));
    client = new pg.Client({ connectionString: database.connectionString });
    await client.connect();
    recorded = await inTransaction('');
  });

  /** The catalog after a change, which is rolled back. */
  async function inTransaction(sql: string): Promise<ReadCatalog & Stamped> {
    const begin = beginReading({ role: undefined, statementTimeoutMs: 0 }).map((text) =>
      text.replace(', READ ONLY', ''),
    );
    await client.query(begin.join('; '));
    try {
      const before = await readStamp();
      await client.query(sql);
      const stamp = await readStamp();
      return { ...(await readOn(client)), before, stamp };
    } finally {
      await client.query('ROLLBACK');
    }
  }

  async function readStamp(): Promise<string> {
    const { rows } = await client.query<{ stamp: string | null }>(`SELECT stamp FROM ${LIVE}`);
    return rows[0]?.stamp ?? '';
  }

  test.each([...TABLE_CHANGES(ROLE), ...OTHER_CHANGES(ROLE)].map(([sql, ...finds]) => ({ sql, finds })))(
    'is found and named: $sql',
    async ({ sql, finds }) => {
      const live = await inTransaction(sql);
      expect(differences(recorded, live)).toEqual(finds.toSorted());
      expect(live.fingerprint).not.toEqual(recorded.fingerprint);
      const isStamped = !sql.includes('SUBSCRIPTION');
      expect(live.stamp === live.before).toBe(!isStamped);
    },
  );

  test('nothing has the same stamp', async () => {
    expect(recorded.stamp).toMatch(/^\d+:-?\d+$/);
    await until(async () => (await readStamp()) === (await readStamp()));
    const { rows } = await client.query(`SELECT stamp FROM ${LIVE_SQL}`);
    expect(rows).toEqual([{ stamp: null }]); // there is a subscription
  });

  test('is seen by the server too: it computes the same fingerprint', async () => {
    await client.query(beginReading({ role: undefined, statementTimeoutMs: 0 }).join('; '));
    const server = await readFingerprint(connectionOn(client), {
      scope: EVERYTHING,
      groups: ALL_GROUPS,
      kinds: ALL_KINDS,
    });
    await client.query('ROLLBACK');
    expect(server).toEqual(recorded.fingerprint);
    expect(Object.keys(server)).toHaveLength(ALL_GROUPS.length);
    expect(Object.values(server)).not.toContain('0:0');
  });
});
