import { afterEach, beforeEach, describe, expect } from '@jest/globals';
import { RefusedError, type TenantsOptions } from '../../src/migrator.js';
import { createTestDatabase, type TestDatabase } from '../support/database/database.js';
import { testWithDump } from '../support/database/dump.js';
import { failureOf } from '../support/jest/failure-of.js';
import { restoreInto } from '../support/programs/pg-dump.js';
import { fleetOn, inBrief, tenantsUpTo, type ObservedFleet } from './fleet-on.js';

const shared = { '1_s.sql': 'CREATE TABLE public.schools (name text);' };
const files = { '1_a.sql': 'CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1);' };
const more = { ...files, '2_b.sql': 'INSERT INTO a VALUES (2);' };

let original: TestDatabase;
let restored: TestDatabase;
beforeEach(async () => {
  original = await createTestDatabase('dumped');
  restored = await createTestDatabase('restored_dump');
  await original.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2');
  await restored.query('CREATE SCHEMA takes_an_oid; CREATE SCHEMA takes_another');
});
afterEach(() => Promise.all([original, restored].map((db) => db.drop())));

function on(db: TestDatabase, of: Record<string, string>, history: TenantsOptions['history'] = 'shared') {
  const tenants = { list: tenantsUpTo(3), history, rollout: { stopAfter: 9 } };
  return fleetOn(shared, { connectionString: db.connectionString, files: of, tenants });
}

const standings = async ({ fleet }: ObservedFleet): Promise<string[]> =>
  (await fleet.status()).tenants.map(({ state, findings }) => [state, ...findings.map(({ code }) => code)].join(' '));

describe('a database that was dumped with pg_dump and restored with pg_restore', () => {
  testWithDump('runs nothing for its tenants until their histories are adopted, and then goes on', async () => {
    await (await on(original, files)).fleet.migrate();
    await restoreInto(original.connectionString, restored.connectionString);

    const after = await on(restored, more);
    expect(await standings(after)).toEqual(Array.from({ length: 3 }, () => 'refused TENANT_SCHEMA_REPLACED'));
    const { refusals } = await failureOf(after.fleet.migrate(), RefusedError);
    expect(refusals.map(({ code, subject }) => [code, subject])).toEqual([
      ['TENANTS_MOVED', 'The histories of 3 tenants'],
    ]);
    expect((await restored.query('SELECT FROM s1.a')).rowCount).toBe(1);

    expect(await after.fleet.adopt()).toEqual(['t0', 't1', 't2']);
    expect(await standings(after)).toEqual(['behind', 'behind', 'behind']);
    expect(inBrief(await after.fleet.migrate())).toEqual([0, 1, 2].map((i) => `t${i} applied 2_b.sql`));
    expect((await restored.query('SELECT id FROM s1.a ORDER BY id')).rows).toEqual([{ id: 1 }, { id: 2 }]);
    const drift = await after.fleet.drift();
    expect(drift.tenants.flatMap(({ findings, isCompared }) => [isCompared, ...findings])).toEqual([true, true, true]);
    expect(await standings(await on(original, files))).toEqual(['current', 'current', 'current']);
  });

  testWithDump('continues at once if each tenant has its history in its own schema', async () => {
    await (await on(original, files, 'per-tenant')).fleet.migrate();
    await restoreInto(original.connectionString, restored.connectionString);
    const after = await on(restored, more, 'per-tenant');
    expect(await standings(after)).toEqual(['behind', 'behind', 'behind']);
    expect(inBrief(await after.fleet.migrate())).toEqual([0, 1, 2].map((i) => `t${i} applied 2_b.sql`));
  });
});
