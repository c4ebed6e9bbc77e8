import { afterEach, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { FleetCatalogs } from '../../../src/composition/fleet/tenant-catalogs.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { fleetOn, tenantsUpTo } from '../fleet-on.js';

const db = useEmptyDatabase('tenant_disturbed');
const read = Reflect.get(FleetCatalogs.prototype, 'read');
const FILES = { '1_a.sql': 'CREATE TABLE a (id int); CREATE VIEW v AS SELECT id FROM a;' };

afterEach(() => {
  jest.restoreAllMocks();
});

async function migrated(count: number, files: Record<string, string> = FILES) {
  for (let i = 0; i < count; i++) await db.query(`CREATE SCHEMA s${i}`);
  const tenants = { list: tenantsUpTo(count) };
  const observed = await fleetOn({}, { connectionString: db.connectionString, files, tenants });
  await observed.fleet.migrate();
  return observed;
}

describe('while something else happens', () => {
  test('a tenant whose table is locked is not compared, and the others are', async () => {
    const { fleet } = await migrated(4);
    await db.query('ALTER TABLE s1.a ADD COLUMN note text');
    const other = new pg.Client(db.connectionString);
    await other.connect();
    try {
      await other.query('BEGIN; ALTER TABLE s3.a ADD COLUMN b int');
      const { tenants } = await fleet.drift();
      expect(
        tenants.map(({ isCompared, findings }) => [isCompared, ...findings.map(({ subject }) => subject)]),
      ).toEqual([[true], [true, 'Column a.note'], [true], [false]]);
      expect(tenants[3]?.notCompared).toBe('somebody is changing its tables');
    } finally {
      await other.end();
    }
  });

  test('a tenant that is migrated meanwhile is not reported', async () => {
    const { fleet } = await migrated(4);
    await db.query('ALTER TABLE s1.a ADD COLUMN note text');
    let isMigrated = false;
    jest.spyOn(FleetCatalogs.prototype, 'read').mockImplementation(async function (this: FleetCatalogs, tenant) {
      const catalog = await read.call(this, tenant);
      if (!isMigrated)
        await db.query(`INSERT INTO shared.schema_migrations_tenants (tenant, schema_oid, schema_name, migration_file)
        VALUES ('t1', 's1'::regnamespace, 's1', '2_b.sql')`);
      isMigrated = true;
      return catalog;
    });
    const { tenants } = await fleet.drift({ only: 'schema' });
    expect(tenants.flatMap(({ findings }) => findings)).toEqual([]);
    expect(tenants[1]).toMatchObject({ isCompared: false, notCompared: 'it has been migrated in the meantime' });
  });

  test('a tenant that cannot be read does not keep the others from being compared', async () => {
    const { fleet } = await migrated(5);
    await db.query('ALTER TABLE s1.a ADD COLUMN note text; ALTER TABLE s3.a ADD COLUMN other text');
    jest.spyOn(FleetCatalogs.prototype, 'read').mockImplementation(function (this: FleetCatalogs, tenant) {
      return tenant.name === 't1' ? Promise.reject(new Error('gone')) : read.call(this, tenant);
    });
    const { tenants, findings } = await fleet.drift();
    expect(tenants.map(({ error, findings: own }) => [error?.message, ...own.map(({ subject }) => subject)])).toEqual([
      [undefined],
      ['gone'],
      [undefined],
      [undefined, 'Column a.other'],
      [undefined],
    ]);
    expect(tenants[1]?.notCompared).toBeUndefined();
    expect(findings).toMatchObject([{ code: 'TENANTS_NOT_COMPARED', detail: 'they could not be read (gone)' }]);
  });

  test('if no schema can be read, the findings about files are still there', async () => {
    const { fleet } = await migrated(3);
    await db.query(
      `UPDATE shared.schema_migrations_tenants SET checksum = 'x', canonical_checksum = 'x' WHERE tenant = 't1'`,
    );
    jest.spyOn(FleetCatalogs.prototype, 'fingerprints').mockRejectedValue(new Error('no memory'));
    const { tenants } = await fleet.drift();
    expect(tenants.map(({ error, findings }) => [error?.message, ...findings.map(({ code }) => code)])).toEqual([
      ['no memory'],
      ['no memory', 'CHANGED'],
      ['no memory'],
    ]);
  });
});

test('a fleet of many tenants holds as few locks as one of fifty', async () => {
  const { fleet } = await migrated(120);
  const other = new pg.Client(db.connectionString);
  await other.connect();
  const seen: number[] = [];
  const sql = `SELECT count(*)::int AS n FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname IN ('a', 'v')`;
  const drift = fleet.drift().then(() => 'done');
  while ((await Promise.race([drift, other.query<{ n: number }>(sql)])) !== 'done')
    seen.push((await other.query<{ n: number }>(sql)).rows[0]?.n ?? 0);
  await other.end();
  expect(Math.max(...seen)).toBeGreaterThan(0);
  expect(Math.max(...seen)).toBeLessThanOrEqual(100); // of a table and a view in each of fifty schemas
});
