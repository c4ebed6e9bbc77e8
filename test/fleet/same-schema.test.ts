import { describe, expect, test } from '@jest/globals';
import { RefusedError, type MigrationRun } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { withClient } from '../support/database/database.js';
import { until } from '../support/jest/until.js';
import { fleetOn, type ObservedFleet } from './fleet-on.js';

const db = useEmptyDatabase('same_schema');
const KEY = 4_711;
const waiting = `SELECT pg_advisory_xact_lock_shared(${KEY}); `;
const insert = 'CREATE TABLE IF NOT EXISTS a (id int); INSERT INTO a VALUES (1);';
const transactional = { '1_a.sql': waiting + insert };
const index = '-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a_id ON a (id);';
const first = { name: 'oak-hill', schema: 'oak_hill' };
const second = { ...first, name: 'oak_hill' };

type Other = (fleet: ObservedFleet['fleet']) => Promise<MigrationRun | number>;

/** Provisions the first tenant, and does something else in another fleet as soon as its files run. */
async function provisionWith(other: Other, files: Record<string, string>, lock: 'auto' | 'transaction' = 'auto') {
  const { connectionString } = db;
  const given = { connectionString, files, lock, tenants: { list: [] } };
  const fleets = [await fleetOn({}, given), await fleetOn({}, given)] as const;
  return withClient(connectionString, async (client) => {
    await client.query(`SELECT pg_advisory_lock(${KEY})`);
    const waitingFiles = async (): Promise<number> => {
      const locks = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = ${KEY} AND NOT granted`;
      return (await client.query(locks)).rowCount ?? 0;
    };
    const early = Promise.allSettled([fleets[0].fleet.provision(first)]);
    await until(async () => (await waitingFiles()) === 1);
    let isOver = false;
    const late = Promise.allSettled([other(fleets[1].fleet)]).finally(() => (isOver = true));
    await until(async () => isOver || (await waitingFiles()) === 2);
    await client.query(`SELECT pg_advisory_unlock(${KEY})`);
    const [[one], [two]] = [await early, await late];
    return [resultOf(one), resultOf(two)] as const;
  });
}

/** What was applied, or the error. */
function resultOf(result: PromiseSettledResult<MigrationRun | number> | undefined): unknown {
  if (result?.status !== 'fulfilled') return result?.reason;
  return typeof result.value === 'number' ? result.value : result.value.applied;
}

const rowsOfA = async (): Promise<number | null> => (await db.query('SELECT FROM oak_hill.a')).rowCount;
const owners = async (): Promise<unknown[]> =>
  (await db.query('SELECT DISTINCT tenant FROM shared.schema_migrations_tenants')).rows;

describe('two tenants that are provisioned into one schema at the same time', () => {
  test.each([
    ['with a file that cannot run in a transaction', { ...transactional, '2_i.sql': index }, '', 'auto'],
    ['if the schema exists and is empty', transactional, 'CREATE SCHEMA oak_hill', 'auto'],
    ['in one transaction', transactional, '', 'auto'],
    ['with a lock on another connection', transactional, 'CREATE SCHEMA oak_hill', 'transaction'],
  ] as const)(
    'do not share it, %s: the second one is refused before anything runs',
    async (_name, files, before, lock) => {
      await db.query(before);
      const [early, late] = await provisionWith((fleet) => fleet.provision(second), files, lock);
      expect(early).toEqual(Object.keys(files));
      expect(late).toBeInstanceOf(RefusedError);
      expect(late).toMatchObject({
        refusals: [{ code: 'TENANT_SCHEMA_TAKEN', subject: 'Tenant oak_hill' }],
        message: expect.stringContaining('cannot use the schema "oak_hill": another tenant is being set up in it'),
      });
      expect([await rowsOfA(), await owners()]).toEqual([1, [{ tenant: 'oak-hill' }]]);
      const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list: [first] } });
      expect((await fleet.provision(first)).applied).toEqual([]);
      expect((await fleet.status()).counts.current).toBe(1);
    },
  );

  test('keep each other from dropping the schema before it has a history', async () => {
    await db.query('CREATE SCHEMA oak_hill');
    const [early, late] = await provisionWith(
      (fleet) => fleet.deprovision(second, { dropSchema: true }),
      transactional,
    );
    expect(early).toEqual(['1_a.sql']);
    expect(late).toMatchObject({ refusals: [{ code: 'TENANT_SCHEMA_TAKEN', subject: 'Tenant oak_hill' }] });
  });

  test('can both try to create the schema: the one that waited finds it', async () => {
    const files = { '1_a.sql': insert, '2_i.sql': index };
    const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list: [] } });
    await withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; CREATE SCHEMA oak_hill');
      const provisioning = fleet.provision(first);
      const blocked = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`;
      await until(async () => (await db.query(blocked)).rowCount === 1);
      await client.query('COMMIT');
      expect((await provisioning).applied).toEqual(['1_a.sql', '2_i.sql']);
    });
  });
});
