import {
  makeMigrator,
  ConfigurationError,
  DatabaseConnectionError,
  type TenantDefinition,
} from '../../src/migrator.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';
import { failureOf } from '../support/jest/failure-of.js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database/database.js';
import { startCountingProxy } from '../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { fleetOn, tenantsUpTo } from './fleet-on.js';

const db = useEmptyDatabase('tenant_homes');
const files = { '1_a.sql': 'CREATE TABLE a AS SELECT current_database() AS database;' };
const others: TestDatabase[] = [];

beforeAll(async () => {
  others.push(await createTestDatabase('tenant_login'));
});
afterAll(() => Promise.all(others.map((each) => each.drop())));

/** The same database under another address. */
const alias = (url: string): string => {
  const other = new URL(url);
  const { hostname } = other;
  other.hostname =
    hostname === 'localhost' ? '127.0.0.1' : hostname === '127.0.0.1' ? 'localhost' : hostname.toUpperCase();
  return other.href;
};

describe('the database of the shared files', () => {
  const refused = { name: 'whole', problem: 'its connection leads to the database of the shared files' };

  test('is no tenant, whatever its address: its history cannot be removed', async () => {
    const { fleet } = await fleetOn(
      { '1_s.sql': 'SELECT 1' },
      { connectionString: db.connectionString, files, tenants: { list: [] } },
    );
    await fleet.migrate();
    const pool = db.pool();
    for (const connection of [
      { connectionString: db.connectionString },
      { connection: { connectionString: alias(db.connectionString) } },
      { pool },
    ]) {
      const error = await failureOf(fleet.deprovision({ name: refused.name, ...connection }), ConfigurationError);
      expect(error.message).toContain(refused.problem);
    }
    expect((await db.query('SELECT FROM shared.schema_migrations')).rowCount).toBe(1);
  });

  test('is no tenant either if migrations have another way to it', async () => {
    const [one] = others as [TestDatabase];
    const migrateWith = { connectionString: db.connectionString };
    const { fleet } = await fleetOn(
      {},
      { connectionString: one.connectionString, migrateWith, files, tenants: { list: [] } },
    );
    const error = await failureOf(fleet.deprovision({ name: refused.name, ...migrateWith }), ConfigurationError);
    expect(error.message).toContain(refused.problem);
  });

  test('has no drift after a rollout: the history of tenants is no object of the shared files', async () => {
    await db.query('CREATE SCHEMA s0');
    const shared = { '1_s.sql': 'CREATE TABLE shared.schools (id int)' };
    const { fleet } = await fleetOn(shared, {
      connectionString: db.connectionString,
      files,
      tenants: { list: tenantsUpTo(1) },
    });
    expect((await fleet.migrate()).counts.applied).toBe(1);
    const directory = await migrationsDirectory(shared);
    const migrator = makeMigrator({ connectionString: db.connectionString, directory });
    expect(await migrator.drift()).toEqual([]);
    await migrator.close();
  });

  test('has each schema once, whoever logs in and from which address', async () => {
    const role = `other_login_${db.name}`;
    await db.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    try {
      const login = new URL(alias(db.connectionString));
      login.username = role;
      login.password = 'x';
      const list = [...tenantsUpTo(1), { name: 'again', schema: 's0', connectionString: login.href }];
      const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });
      const error = await failureOf(fleet.status(), ConfigurationError);
      expect(error.message).toContain('tenants "t0" and "again" have one schema, "s0"');
    } finally {
      await db.query(`DROP ROLE ${role}`);
    }
  });

  test('has each schema once, even under two names of one server', async () => {
    await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1');
    const proxy = await startCountingProxy(db.connectionString);
    const list = [...tenantsUpTo(1), { name: 'again', schema: 's0', connectionString: proxy.connectionString }];
    const { fleet } = await fleetOn({}, { connectionString: db.connectionString, files, tenants: { list } });
    const error = await failureOf(fleet.migrate(), ConfigurationError);
    expect(error.message).toMatch(/tenants "t0" and "again" have one schema, "s0": \S+ and \S+ are the same server/);
    expect((await db.query(`SELECT FROM pg_tables WHERE schemaname = 's0'`)).rowCount).toBe(0);
  });

  test('lets non-transactional files take turns, whoever logs in', async () => {
    const role = `builder_${db.name}`;
    await db.query(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'x'; CREATE SCHEMA s0; CREATE SCHEMA s1`);
    try {
      const login = new URL(db.connectionString);
      login.username = role;
      login.password = 'x';
      const list = [...tenantsUpTo(1), { name: 't1', schema: 's1', connectionString: login.href }];
      const indexes = {
        ...files,
        '2_i.sql': '-- no-transaction\nSELECT pg_sleep(0.3);\nCREATE INDEX CONCURRENTLY ON a (database);',
      };
      const { fleet, events } = await fleetOn(
        {},
        { connectionString: db.connectionString, files: indexes, tenants: { list } },
      );
      expect((await fleet.migrate()).counts.applied).toBe(2);
      const builds = events.filter((event) => 'file' in event && event.file === '2_i.sql');
      const order = builds.map(({ type }) => type).filter((type) => /-(?:started|applied)$/.test(type));
      expect(order).toEqual(['migration-started', 'migration-applied', 'migration-started', 'migration-applied']);
      await fleet.close();
    } finally {
      await db.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP ROLE ${role}`);
    }
  });
});

describe('the connection of a tenant', () => {
  test('is the one that the list says now: a password may have been replaced', async () => {
    const [one] = others as [TestDatabase];
    const wrong = { connectionString: one.connectionString, ssl: true }; // the server offers no TLS
    let connection: NonNullable<TenantDefinition['connection']> = wrong;
    const { fleet } = await fleetOn(
      {},
      {
        connectionString: db.connectionString,
        files,
        tenants: { list: () => [{ name: 'own', connection }] },
        timeouts: { connectRetry: 0 },
      },
    );
    await failureOf(fleet.status(), DatabaseConnectionError);
    connection = { connectionString: one.connectionString };
    expect((await fleet.status()).tenants).toHaveLength(1);
  });
});
