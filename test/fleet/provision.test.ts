import { describe, expect, test } from '@jest/globals';
import {
  DatabaseError,
  InterruptedError,
  LockTimeoutError,
  MigrationFailedError,
  RefusedError,
  RolloutStoppedError,
} from '../../src/migrator.js';
import { withClient } from '../support/database/database.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { failureOf } from '../support/jest/failure-of.js';
import { until } from '../support/jest/until.js';
import { fleetOn } from './fleet-on.js';

const db = useEmptyDatabase('provision');
const files = { '1_a.sql': 'CREATE TABLE a (id int);', '2_b.sql': 'CREATE TABLE {{schema}}.b (id int);' };
const tenant = { name: 'elm-park', schema: 'elm "park"' };
const fleetOf = (of: Record<string, string>) =>
  fleetOn({}, { connectionString: db.connectionString, files: of, tenants: { list: [] } });

const tables = async (): Promise<string[]> => {
  const { rows } = await db.query<{ relname: string }>(
    `SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = $1 AND relkind = 'r' ORDER BY 1`,
    [tenant.schema],
  );
  return rows.map(({ relname }) => relname);
};
const schemas = async (): Promise<number> =>
  (await db.query('SELECT FROM pg_namespace WHERE nspname = $1', [tenant.schema])).rowCount ?? 0;
const rows = async (): Promise<number> =>
  (await db.query(`SELECT FROM shared.schema_migrations_tenants WHERE tenant = 'elm-park'`)).rowCount ?? 0;

describe('provisioning a tenant', () => {
  test('creates its schema, tables and rows in one transaction, and can be repeated', async () => {
    const { fleet } = await fleetOf({
      ...files,
      '3_x.sql': `CREATE TABLE x AS SELECT count(DISTINCT xmin::text) FROM (SELECT xmin FROM pg_class WHERE relnamespace = '"elm ""park"""'::regnamespace
        UNION ALL SELECT xmin FROM pg_namespace WHERE nspname = 'elm "park"'
        UNION ALL SELECT xmin FROM shared.schema_migrations_tenants) AS rows;`,
    });
    expect((await fleet.provision(tenant)).applied).toEqual(['1_a.sql', '2_b.sql', '3_x.sql']);
    expect(await tables()).toEqual(['a', 'b', 'x']);
    expect((await db.query('SELECT count FROM "elm ""park""".x')).rows).toEqual([{ count: '1' }]);
    expect((await fleet.provision(tenant)).applied).toEqual([]);
    expect(await rows()).toBe(3);
  });

  test('leaves nothing behind if a file fails', async () => {
    const { fleet } = await fleetOf({ ...files, '3_c.sql': 'SELECT 1 / 0;' });
    const error = await failureOf(fleet.provision(tenant), MigrationFailedError);
    expect(error.message).toContain('division by zero');
    expect(error.message).toContain(
      'rolled back together with the creation of the schema "elm \\"park\\"", so nothing',
    );
    expect(error.message).not.toMatch(/could not be recorded|transaction: "all"/);
    expect([await schemas(), await rows()]).toEqual([0, 0]);
  });

  test('creates the schema first if the history is in it: the failure is recorded there', async () => {
    const failing = { ...files, '3_c.sql': 'SELECT 1 / 0;' };
    const tenants = { list: [], history: 'per-tenant' } as const;
    const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files: failing, tenants });
    await failureOf(fleet.provision({ name: 'x', schema: 'x' }), MigrationFailedError);
    const sql = 'SELECT migration_file FROM x.schema_migrations WHERE error_message IS NOT NULL';
    expect((await db.query(sql)).rows).toEqual([{ migration_file: '3_c.sql' }]);
  });

  test('creates the schema first if a file cannot run in a transaction', async () => {
    const { fleet } = await fleetOf({ ...files, '3_i.sql': '-- no-transaction\nCREATE INDEX CONCURRENTLY ON a (id);' });
    expect((await fleet.provision(tenant)).applied).toEqual(['1_a.sql', '2_b.sql', '3_i.sql']);
    expect(await rows()).toBe(3);
  });

  test('works for a schema that exists, and for several tenants at once', async () => {
    await db.query('CREATE SCHEMA "elm ""park"""');
    const { fleet } = await fleetOf(files);
    const others = ['x', 'y', 'z'].map((name) => ({ name, schema: name }));
    const runs = await Promise.all([tenant, ...others].map((each) => fleet.provision(each)));
    expect(runs.map(({ applied }) => applied.length)).toEqual([2, 2, 2, 2]);
  });

  test('happens once if several processes request it', async () => {
    const [one, other] = await Promise.all([fleetOf(files), fleetOf(files)]);
    const runs = await Promise.all([one.fleet.provision(tenant), other.fleet.provision(tenant)]);
    expect(runs.flatMap(({ applied }) => applied).toSorted()).toEqual(['1_a.sql', '2_b.sql']);
  });
});

describe('removing a tenant', () => {
  test('removes its history, keeps its schema unless told otherwise, and is recorded in the audit', async () => {
    const { fleet } = await fleetOf(files);
    await fleet.provision(tenant);
    await fleet.provision({ name: 'other', schema: 'other' });
    expect(await fleet.deprovision(tenant)).toBe(2);
    expect([await rows(), await schemas()]).toEqual([0, 1]);
    await db.query('DROP SCHEMA "elm ""park""" CASCADE');
    await fleet.provision(tenant);
    expect(await fleet.deprovision(tenant, { dropSchema: true })).toBe(2);
    expect([await rows(), await schemas()]).toEqual([0, 0]);
    expect((await db.query('SELECT FROM shared.schema_migrations_tenants')).rowCount).toBe(2);
    const { rows: audit } = await db.query<{ action: string; details: unknown }>(
      `SELECT action, details FROM shared.schema_migrations_audit WHERE action = 'deprovision' ORDER BY id`,
    );
    expect(audit.map(({ details }) => details)).toEqual([
      { tenant: 'elm-park', schema: null },
      { tenant: 'elm-park', schema: 'elm "park"' },
    ]);
    expect((await fleet.provision(tenant)).applied).toHaveLength(2);
  });

  test('does nothing for a tenant that never existed', async () => {
    const { fleet } = await fleetOf(files);
    expect(await fleet.deprovision(tenant, { dropSchema: true })).toBe(0);
  });

  test.each(['shared', 'per-tenant'] as const)(
    'drops a schema with objects only if the history, %s, says that it is the tenant’s',
    async (history) => {
      const tenants = { list: [], history };
      const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants });
      await db.query('CREATE SCHEMA "Billing"; CREATE TABLE "Billing".invoices (); CREATE SCHEMA empty');
      const billing = { name: 'typo', schema: 'Billing' };
      const attempts = async (): Promise<void> => {
        for (const dryRun of [true, false]) {
          const { refusals, message } = await failureOf(
            fleet.deprovision(billing, { dropSchema: true, dryRun }),
            RefusedError,
          );
          expect(refusals).toMatchObject([{ code: 'TENANT_SCHEMA_KEPT', subject: 'Tenant typo', detail: 'Billing' }]);
          expect(message).toContain('drop the schema yourself with DROP SCHEMA "Billing" CASCADE');
        }
      };
      await attempts(); // there is no history at all
      await fleet.provision(tenant);
      await attempts();
      expect((await db.query('SELECT FROM "Billing".invoices')).rowCount).toBe(0);
      expect(await fleet.deprovision({ name: 'typo', schema: 'empty' }, { dropSchema: true })).toBe(0);
      expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'empty'`)).rowCount).toBe(0);
      expect(await fleet.deprovision(tenant, { dropSchema: true })).toBe(2);
      expect(await schemas()).toBe(0);
    },
  );

  test('drops no schema on which objects in others depend, and names those', async () => {
    const { fleet } = await fleetOf({ ...files, '3_c.sql': 'CREATE TABLE c (x int REFERENCES common.x, s serial)' });
    await db.query('CREATE SCHEMA common; CREATE TABLE common.x (id int PRIMARY KEY)');
    await fleet.provision(tenant);
    const own = '"elm ""park"""';
    await db.query(`CREATE VIEW ${own}.inside AS SELECT id FROM ${own}.a; ALTER TABLE ${own}.b ADD PRIMARY KEY (id);
      CREATE SCHEMA reporting; CREATE VIEW reporting.ids AS SELECT id FROM ${own}.a;
      CREATE TABLE reporting.marks (b int CONSTRAINT of_b REFERENCES ${own}.b, a ${own}.a)`);
    for (const dryRun of [true, false]) {
      const { message } = await failureOf(fleet.deprovision(tenant, { dropSchema: true, dryRun }), RefusedError);
      for (const name of ['column a of table reporting.marks', 'constraint of_b on table', 'view reporting.ids'])
        expect(message).toContain(name);
      expect(message).not.toMatch(/inside|common/);
    }
    await db.query('DROP SCHEMA reporting CASCADE');
    expect(await fleet.deprovision(tenant, { dropSchema: true })).toBe(3);
    await db.query('DROP SCHEMA common CASCADE');
  });

  test('needs another way for a schema whose history was removed before, and names it', async () => {
    const { fleet } = await fleetOf(files);
    await fleet.provision(tenant);
    await fleet.deprovision(tenant);
    const { message } = await failureOf(fleet.deprovision(tenant, { dropSchema: true }), RefusedError);
    expect(message).toContain('shared.schema_migrations_tenants has no rows of the tenant for it');
    const [statement] = /DROP SCHEMA .* CASCADE/.exec(message) ?? [''];
    await db.query(statement);
    expect(await schemas()).toBe(0);
  });

  test.each(['shared', 'per-tenant'] as const)(
    'never drops the schema public, with the history %s',
    async (history) => {
      const tenants = { list: [], history };
      const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants });
      const inPublic = { name: 'oak', schema: 'public' };
      await fleet.provision(inPublic);
      const { refusals } = await failureOf(fleet.deprovision(inPublic, { dropSchema: true }), RefusedError);
      expect(refusals).toMatchObject([{ code: 'TENANT_SCHEMA_KEPT', detail: 'public' }]);
      expect(await fleet.deprovision(inPublic)).toBe(2);
      expect((await db.query('SELECT FROM public.a')).rowCount).toBe(0);
      await db.query('DROP TABLE public.a, public.b');
    },
  );

  test('is refused for the schema of another tenant, as is provisioning', async () => {
    const { fleet } = await fleetOf(files);
    await fleet.provision(tenant);
    const wrong = { ...tenant, name: 'elm-prak' };
    for (const attempt of [
      () => fleet.provision(wrong),
      () => fleet.deprovision(wrong),
      () => fleet.deprovision(wrong, { dropSchema: true }),
    ]) {
      const error = await failureOf(attempt(), RefusedError);
      expect(error.refusals).toMatchObject([
        { code: 'TENANT_SCHEMA_TAKEN', subject: 'Tenant elm-prak', actual: 'elm-park' },
      ]);
    }
    expect([await tables(), await rows()]).toEqual([['a', 'b'], 2]);
    expect((await db.query('SELECT FROM shared.schema_migrations_tenants')).rowCount).toBe(2);
    const list = [wrong];
    const other = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });
    expect((await other.fleet.status()).counts.refused).toBe(1);
    await failureOf(other.fleet.migrate(), RolloutStoppedError);
    expect((await db.query('SELECT FROM shared.schema_migrations_tenants')).rowCount).toBe(2);
  });

  test('waits only for a while for sessions that use the tables, and stops waiting after a signal', async () => {
    const { fleet } = await fleetOf(files);
    await fleet.provision(tenant);
    await withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; SELECT FROM "elm ""park""".a');
      const controller = new AbortController();
      const removing = fleet.deprovision(tenant, { dropSchema: true, signal: controller.signal });
      const waits = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%DROP SCHEMA%' AND pid <> pg_backend_pid()`;
      const interrupted = failureOf(removing, InterruptedError);
      await until(async () => (await db.query(waits)).rowCount === 1);
      controller.abort('a test');
      await interrupted;
      const hasty = await fleetOn(
        {},
        { connectionString: db.connectionString, files, tenants: { list: [] }, timeouts: { tableLock: 50 } },
      );
      const late = await failureOf(hasty.fleet.deprovision(tenant, { dropSchema: true }), DatabaseError);
      expect(late.message).toContain('lock timeout');
      await client.query('ROLLBACK');
    });
    expect([await rows(), await schemas()]).toEqual([2, 1]);
  });

  test('is refused while its migrations run', async () => {
    const { fleet, events } = await fleetOf({ '1_slow.sql': 'SELECT pg_sleep(1)' });
    await db.query('CREATE SCHEMA "elm ""park"""');
    const running = fleet.provision(tenant);
    await until(() => events.some(({ type }) => type === 'migration-started'));
    await failureOf(fleet.deprovision(tenant), LockTimeoutError);
    expect(await fleet.deprovision(tenant, { dryRun: true })).toBe(0);
    expect((await running).applied).toEqual(['1_slow.sql']);
    expect(await rows()).toBe(1);
  });
});
