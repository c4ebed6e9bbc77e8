import { describe, expect, test } from '@jest/globals';
import { type Fleet, RefusedError, type TenantDefinition } from '../../src/migrator.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { fleetOn, inBrief, stopOf, tenantsUpTo } from './fleet-on.js';

const db = useEmptyDatabase('meanwhile');
const files = { '1_a.sql': 'CREATE TABLE IF NOT EXISTS a (id int); INSERT INTO a VALUES (1);' };
const more = { ...files, '2_b.sql': 'CREATE TABLE b (id int);' };

type HistoryMode = 'shared' | 'per-tenant';

/** A fleet that rolls out a second file to the tenants on the list, and does something before the second one. */
async function fleetWith(
  meanwhile: (fleet: Fleet<TenantDefinition>) => Promise<unknown>,
  history: HistoryMode,
  list: TenantDefinition[] = tenantsUpTo(2),
): Promise<Fleet<TenantDefinition>> {
  const { connectionString } = db;
  const first = await fleetOn({}, { connectionString, files, tenants: { list, history } });
  for (const tenant of list) await first.fleet.provision(tenant);
  const gate = async (): Promise<boolean> => {
    await meanwhile(first.fleet);
    return true;
  };
  const rollout = { waves: [{ first: 1 }], gate };
  const tenants = { list: () => list, history, rollout };
  return (await fleetOn({}, { connectionString, files: more, tenants })).fleet;
}

async function rolloutWith(sql: string, history: HistoryMode): Promise<unknown> {
  const fleet = await fleetWith(() => db.query(sql), history);
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

describe('a tenant that is removed while a rollout waits at a gate', () => {
  test.each(['shared', 'per-tenant'] as const)(
    'is not migrated from the first file if it is still on the list: %s history',
    async (history) => {
      const table = history === 'shared' ? 'shared.schema_migrations_tenants' : 's1.schema_migrations';
      const condition = history === 'shared' ? ` WHERE tenant = 't1'` : '';
      expect(await rolloutWith(`DELETE FROM ${table}${condition}`, history)).toEqual(['TENANT_HISTORY_REMOVED']);
      expect((await db.query('SELECT FROM s1.a')).rowCount).toBe(1);
    },
  );

  test.each([
    ['shared', false],
    ['shared', true],
    ['per-tenant', false],
    ['per-tenant', true],
  ] as const)(
    'is skipped if it has left the list: %s history, its schema is dropped: %p',
    async (history, dropSchema) => {
      const list = tenantsUpTo(3);
      const fleet = await fleetWith(
        async (first) => {
          await first.deprovision('t1', { dropSchema });
          list.splice(1, 1);
        },
        history,
        list,
      );
      expect(inBrief(await fleet.migrate())).toEqual(['t0 applied 2_b.sql', 't1 skipped', 't2 applied 2_b.sql']);
      expect((await db.query(`SELECT FROM pg_tables WHERE schemaname = 's1' AND tablename = 'b'`)).rowCount).toBe(0);
    },
  );
});
