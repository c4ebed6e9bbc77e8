import { describe, expect, test } from '@jest/globals';
import { HistoryTableError, RefusedError } from '../../../src/migrator.js';
import { COLUMN_NAMES } from '../../../src/postgres/history/columns.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { fleetOn, inBrief, tenantsUpTo } from '../fleet-on.js';

const db = useEmptyDatabase('older_tenants');
const TABLE = 'shared.schema_migrations_tenants';
const files = { '1_a.sql': 'CREATE TABLE a (id int)' };
const more = { ...files, '2_b.sql': 'CREATE TABLE b (id int)' };

const on = (of: Record<string, string>) =>
  fleetOn({}, { connectionString: db.connectionString, files: of, tenants: { list: tenantsUpTo(3) } });

async function migrated(): Promise<void> {
  await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2');
  await (await on(files)).fleet.migrate();
}

const columns = async (): Promise<string[]> => {
  const sql = `SELECT attname FROM pg_attribute WHERE attrelid = '${TABLE}'::regclass AND attnum > 0 AND NOT attisdropped`;
  return (await db.query<{ attname: string }>(sql)).rows.map(({ attname }) => attname);
};

describe('a history table of tenants that an older release created', () => {
  const added = ['schema_name', 'invalid_indexes', 'next_checksum', 'origin', 'run_id'];

  test.each(added)('is read without the column %s, and the next run adds it', async (column) => {
    await migrated();
    await db.query(`ALTER TABLE ${TABLE} DROP COLUMN ${column}`);
    const { fleet } = await on(more);
    const { tenants } = await fleet.status();
    expect(tenants.map(({ state, pending }) => [state, ...pending])).toEqual([
      ['behind', '2_b.sql'],
      ['behind', '2_b.sql'],
      ['behind', '2_b.sql'],
    ]);
    expect(await columns()).not.toContain(column); // reading changes nothing
    expect(inBrief(await fleet.migrate())).toEqual(['t0', 't1', 't2'].map((name) => `${name} applied 2_b.sql`));
    expect((await columns()).toSorted()).toEqual(['tenant', 'schema_oid', 'schema_name', ...COLUMN_NAMES].toSorted());
    const names = await db.query(`SELECT DISTINCT schema_name FROM ${TABLE} WHERE tenant = 't1'`);
    expect(names.rows).toEqual([{ schema_name: 's1' }]);
  });

  test.each([...added, 'executed_at', 'checksum', 'running'])(
    'is brought up to date by adopt() and deprovision() if it has no column %s',
    async (column) => {
      await migrated();
      await db.query(`ALTER TABLE ${TABLE} DROP COLUMN ${column}`);
      const { fleet } = await on(files);
      expect(await fleet.adopt({ tenants: ['t0', 't1', 't2'] })).toEqual([]);
      expect((await columns()).toSorted()).toEqual(['tenant', 'schema_oid', 'schema_name', ...COLUMN_NAMES].toSorted());
      await db.query(`ALTER TABLE ${TABLE} DROP COLUMN ${column}`);
      const counted = { dropSchema: true, dryRun: true };
      expect(await fleet.deprovision({ name: 't1', schema: 's1' }, counted)).toBe(1);
      expect(await columns()).not.toContain(column); // counting changes nothing
      expect(await fleet.deprovision({ name: 't1', schema: 's1' }, { dropSchema: true })).toBe(1);
      expect((await db.query(`SELECT FROM ${TABLE}`)).rows).toHaveLength(2);
    },
  );

  test.each<[sentence: string, change: string]>([
    ['has no names of schemas', 'DROP COLUMN schema_name'],
    [
      'has empty names because their OIDs were gone when it was brought up to date',
      "ALTER COLUMN schema_name SET DEFAULT ''",
    ],
  ])('can be taken over after a restore if it %s', async (_sentence, change) => {
    await migrated();
    await db.query(`UPDATE ${TABLE} SET schema_oid = schema_oid::bigint + 1000000, schema_name = ''`);
    await db.query(`ALTER TABLE ${TABLE} ${change}`);
    const { fleet } = await on(more);
    const { tenants } = await fleet.status();
    expect(tenants.map(({ state }) => state)).toEqual(['refused', 'refused', 'refused']);
    expect(tenants[0]?.findings[0]?.recorded).toMatch(/^a schema whose name is not known \(OID \d+\)$/);
    await failureOf(fleet.deprovision({ name: 't0', schema: 's0' }, { dropSchema: true }), RefusedError);
    expect((await failureOf(fleet.migrate(), RefusedError)).message).toContain('[TENANTS_MOVED]');
    expect(await fleet.adopt()).toEqual(['t0', 't1', 't2']);
    expect(inBrief(await fleet.migrate())).toEqual(['t0', 't1', 't2'].map((name) => `${name} applied 2_b.sql`));
  });

  test('a table of something else is refused', async () => {
    await migrated();
    await db.query(`ALTER TABLE ${TABLE} DROP COLUMN tenant`);
    const { message } = await failureOf((await on(files)).fleet.status(), HistoryTableError);
    expect(message).toContain(`${TABLE} is not a history of tenants: it has no column tenant`);
  });
});
