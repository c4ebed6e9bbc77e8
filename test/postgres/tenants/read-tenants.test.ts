import { beforeEach, describe, expect, test } from '@jest/globals';
import { createMigrator, migrationsOf, targetOf } from '../../../src/composition/create-migrator.js';
import { resolveMigratorOptions } from '../../../src/composition/validation/migrator-options.js';
import { DEFAULT_POLICY } from '../../../src/core/status/policy.js';
import { parseTableName } from '../../../src/core/target/table.js';
import { Standings, type TenantStanding } from '../../../src/core/tenants/standing.js';
import type { Tenant } from '../../../src/core/tenants/tenant.js';
import { ReadConnections } from '../../../src/postgres/connection/read-connections.js';
import { readTenants } from '../../../src/postgres/tenants/read-tenants.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';

const db = useEmptyDatabase('read_tenants');
const migrations = useMigrations({
  '1_a.sql': 'CREATE TABLE a (id int);',
  '2_b.sql': 'CREATE TABLE {{schema}}.b (id int);',
  '3_c.sql': '-- no-transaction\nCREATE INDEX CONCURRENTLY ON a (id);',
});

const TABLE = parseTableName('shared.schema_migrations');
const tenantsOf = (count: number): Tenant[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `t${i}`,
    schema: `s${i}`,
    group: undefined,
    placeholders: {},
    place: { database: '', server: '' },
  }));
const scopes = (tenants: readonly Tenant[]) => tenants.map(({ name, schema }) => ({ name, schema: schema ?? '' }));

beforeEach(async () => {
  await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2');
});

async function migrate({ name, schema = '' }: Tenant, more = {}): Promise<void> {
  const options = resolveMigratorOptions({
    ...migrations,
    connectionString: db.connectionString,
    catalog: false,
    ...more,
  });
  const placeholders = { values: { schema }, delimiters: ['{{', '}}'], shown: ['schema'] } as const;
  const target = { ...targetOf(options), tenant: { name, schema }, searchPath: [schema], placeholders };
  const migrator = createMigrator(options, () => {}, migrationsOf(options), target);
  try {
    await migrator.migrate();
  } finally {
    await migrator.close();
  }
}

async function standings(tenants: readonly Tenant[], url = db.connectionString): Promise<TenantStanding[]> {
  const set = await migrationsOf(resolveMigratorOptions({ ...migrations, connectionString: url })).source.read();
  const reads = new ReadConnections(url, 5_000);
  try {
    const records = await reads.use((connection) => readTenants(connection, TABLE, scopes(tenants), set.migrations));
    const joined = new Standings(set, DEFAULT_POLICY);
    return tenants.map((tenant, i) => joined.of(tenant, records[i]!));
  } finally {
    await reads.close();
  }
}

const inBrief = (found: readonly TenantStanding[]): string[] =>
  found.map(({ tenant, state, pending }) => `${tenant} ${state}: ${pending.join(' ')}`);

describe('the shared history of tenants', () => {
  test('records each tenant separately, in its own schema', async () => {
    const tenants = tenantsOf(4);
    const all = '1_a.sql 2_b.sql 3_c.sql';
    expect(inBrief(await standings(tenants))).toEqual([
      `t0 behind: ${all}`,
      `t1 behind: ${all}`,
      `t2 behind: ${all}`,
      `t3 missing: ${all}`,
    ]);
    await migrate(tenants[1]!);
    expect(inBrief(await standings(tenants))).toEqual([
      `t0 behind: ${all}`,
      't1 current: ',
      `t2 behind: ${all}`,
      `t3 missing: ${all}`,
    ]);
    const { rows } = await db.query<{ found: string }>(
      `SELECT relnamespace::regnamespace || '.' || relname AS found FROM pg_class WHERE relname IN ('a', 'b', 'a_id_idx', 'schema_migrations_tenants') ORDER BY 1`,
    );
    expect(rows.map(({ found }) => found)).toEqual(['s1.a', 's1.a_id_idx', 's1.b', 'shared.schema_migrations_tenants']);
  });

  test('finds a failed, a changed and a missing file', async () => {
    const tenants = tenantsOf(3);
    await Promise.all(tenants.map((tenant) => migrate(tenant)));
    await db.query(
      `UPDATE shared.schema_migrations_tenants SET error_message = 'no' WHERE tenant = 't0' AND migration_file LIKE '2%'`,
    );
    await db.query(
      `UPDATE shared.schema_migrations_tenants SET checksum = 'x', canonical_checksum = 'x' WHERE tenant = 't1' AND migration_file LIKE '1%'`,
    );
    await db.query(
      `INSERT INTO shared.schema_migrations_tenants (tenant, schema_oid, schema_name, migration_file) VALUES ('t2', 's2'::regnamespace, 's2', '2_gone.sql')`,
    );
    const found = await standings(tenants);
    expect(inBrief(found)).toEqual(['t0 failed: 2_b.sql', 't1 current: ', 't2 current: ']);
    expect(found.map(({ failed, findings }) => [failed, findings.map(({ code }) => code)])).toEqual([
      [['2_b.sql'], []],
      [[], ['CHANGED']],
      [[], ['MISSING']],
    ]);
  });

  test('does not treat a recreated schema as migrated', async () => {
    const [tenant] = tenantsOf(1) as [Tenant];
    await migrate(tenant);
    await db.query('DROP SCHEMA s0 CASCADE; CREATE SCHEMA s0');
    expect(inBrief(await standings([tenant]))).toEqual(['t0 behind: 1_a.sql 2_b.sql 3_c.sql']);
    await migrate(tenant);
    expect(inBrief(await standings([tenant]))).toEqual(['t0 current: ']);
    expect((await db.query('SELECT FROM s0.b')).rowCount).toBe(0);
  });

  test('keeps the lock of a tenant separate from those of other tenants', async () => {
    const [first, second] = tenantsOf(2) as [Tenant, Tenant];
    const holding = migrate(first, { directory: await slow(migrations.directory) });
    await migrate(second);
    await holding;
    expect(inBrief(await standings([second]))).toEqual(['t1 current: ']);
  });

  test('takes one query for 500 tenants, however many files there are', async () => {
    const tenants = tenantsOf(500);
    await migrate(tenants[0]!);
    await db.query(`DO $$ BEGIN FOR i IN 3..499 LOOP EXECUTE format('CREATE SCHEMA s%s', i); END LOOP; END $$`);
    await db.query(
      `INSERT INTO shared.schema_migrations_tenants (tenant, schema_oid, schema_name, migration_file, checksum, canonical_checksum, origin)
       SELECT 't' || i, to_regnamespace('s' || i), 's' || i, migration_file, checksum, canonical_checksum, origin
         FROM shared.schema_migrations_tenants, generate_series(1, 498) AS i WHERE tenant = 't0'`,
    );
    const proxy = await startCountingProxy(db.connectionString);
    const found = await standings(tenants, proxy.connectionString);
    expect(found.filter(({ state }) => state !== 'current').map(({ tenant }) => tenant)).toEqual(['t499']);
    expect(proxy.messages.filter((text) => text.includes('schema_migrations_tenants'))).toHaveLength(1);
    expect(proxy.messages).toHaveLength(1);
  });
});

/** A copy of the directory with a file that takes a while. */
async function slow(directory: string): Promise<string> {
  const { cp, writeFile } = await import('node:fs/promises');
  const copy = `${directory}-slow`;
  await cp(directory, copy, { recursive: true });
  await writeFile(`${copy}/1_a.sql`, 'CREATE TABLE a (id int); SELECT pg_sleep(0.5);');
  return copy;
}
