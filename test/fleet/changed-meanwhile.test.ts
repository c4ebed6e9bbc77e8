import { describe, expect, test } from '@jest/globals';
import { RefusedError } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { fleetOn, stopOf, tenantsUpTo } from './fleet-on.js';

const db = useEmptyDatabase('meanwhile');
const files = { '1_a.sql': 'CREATE TABLE IF NOT EXISTS a (id int); INSERT INTO a VALUES (1);' };
const more = { ...files, '2_b.sql': 'CREATE TABLE b (id int);' };

/** Rolls out a second file to two tenants, and does something before the second one. */
async function rolloutWith(sql: string, history: 'shared' | 'per-tenant'): Promise<unknown> {
  const { connectionString } = db;
  const list = tenantsUpTo(2);
  const first = await fleetOn({}, { connectionString, files, tenants: { list, history } });
  for (const tenant of list) await first.fleet.provision(tenant);
  const rollout = { waves: [{ first: 1 }], gate: async () => (await db.query(sql)) !== undefined };
  const { fleet } = await fleetOn({}, { connectionString, files: more, tenants: { list, history, rollout } });
  const { report } = await stopOf(fleet.migrate());
  expect(report.tenants.map(({ outcome }) => outcome)).toEqual(['applied', 'failed']);
  const error = report.tenants[1]?.error;
  expect(error).toBeInstanceOf(RefusedError);
  return (error as RefusedError).refusals.map(({ code }) => code);
}

describe('a schema that changes while a rollout waits at a gate', () => {
  test('is refused if it was restored: no file runs on the data in it', async () => {
    const restored = 'ALTER SCHEMA s1 RENAME TO broken; CREATE SCHEMA s1; CREATE TABLE s1.a AS TABLE broken.a';
    expect(await rolloutWith(restored, 'shared')).toEqual(['TENANT_SCHEMA_REPLACED']);
    expect((await db.query('SELECT FROM s1.a')).rowCount).toBe(1);
  });

  test.each(['shared', 'per-tenant'] as const)('is not created again if it was dropped: %s', async (history) => {
    expect(await rolloutWith('DROP SCHEMA s1 CASCADE', history)).toEqual(['TENANT_SCHEMA_MISSING']);
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 's1'`)).rowCount).toBe(0);
  });
});
