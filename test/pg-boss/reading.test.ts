import { beforeEach, expect, test } from '@jest/globals';
import { ConfigurationError, type Fleet, type TenantDefinition } from '../../src/migrator.js';
import { pgBossFrom } from '../../src/pg-boss/engine.js';
import { fleetOn, stopOf, tenantsUpTo } from '../fleet/fleet-on.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { createRole } from '../support/database/role.js';
import { failureOf } from '../support/jest/failure-of.js';
import { until } from '../support/jest/until.js';
import { engineOn, VERSIONS } from './engines.js';

const db = useEmptyDatabase('boss_reading');
beforeEach(() => db.query('CREATE SCHEMA s0'));
const ID = '0b7c41d2-9e1f-4a57-8d0e-6f2b8c9a1d34';

/** A fleet of a process without the package pg-boss, whose role may do nothing but what a test grants. */
async function reader(): Promise<{ readonly fleet: Fleet<TenantDefinition>; readonly role: string }> {
  const { name: role, urlOf } = await createRole();
  const engine = pgBossFrom(() => Promise.reject(new Error('not installed')));
  const tenants = { list: tenantsUpTo(1), engine };
  const { fleet } = await fleetOn({}, { connectionString: urlOf(db), files: { '1_a.sql': '' }, tenants });
  return { fleet, role };
}

test('where nothing was ever queued, no rollout is running, and none can be controlled', async () => {
  const { fleet } = await reader();
  expect(await fleet.queued()).toBeUndefined();
  expect(await fleet.rollouts()).toEqual([]);
  for (const command of ['pause', 'resume', 'cancel'] as const) expect(await fleet.control(ID, command)).toBe(false);
  const { rows } = await db.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE '%boss%'`);
  expect(rows).toEqual([]);
});

test.each(VERSIONS)('a role that may only read sees the rollouts over pg-boss %s', async (version) => {
  const tenants = { list: tenantsUpTo(1), engine: engineOn(version) };
  const given = { connectionString: db.connectionString, files: { '1_a.sql': '' }, tenants };
  const { fleet: caller } = await fleetOn({}, given);
  const stopped = stopOf(caller.migrate());
  await until(async () => (await caller.rollouts()).length === 1);
  const { fleet, role } = await reader();
  const denied = await failureOf(fleet.rollouts(), ConfigurationError);
  expect(denied.message).toContain('permission denied for schema pgboss');
  await db.query(`GRANT USAGE ON SCHEMA pgboss TO ${role}; GRANT SELECT ON pgboss.job TO ${role}`);
  const [rollout] = await fleet.rollouts();
  expect(rollout).toMatchObject({ state: 'running', done: 0 });
  expect(await caller.control(ID, 'pause')).toBe(false);
  expect(await caller.control(rollout?.rolloutId ?? '', 'cancel')).toBe(true);
  await stopped;
  expect(await fleet.queued()).toEqual([]);
  await db.query(`DROP OWNED BY ${role}`);
});
