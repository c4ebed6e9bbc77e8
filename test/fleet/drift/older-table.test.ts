import { describe, expect, test } from '@jest/globals';
import { HistoryTableError, RefusedError } from '../../../src/migrator.js';
import { COLUMN_NAMES } from '../../../src/postgres/history/columns.js';
import { useRoles } from '../../postgres/history/roles.js';
import { withClient } from '../../support/database/database.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { fleetOn, inBrief, tenantsUpTo } from '../fleet-on.js';

const db = useEmptyDatabase('older_tenants');
const newRole = useRoles(db);
const TABLE = 'shared.schema_migrations_tenants';
const files = { '1_a.sql': 'CREATE TABLE a (id int)' };
const more = { ...files, '2_b.sql': 'CREATE TABLE b (id int)' };

const on = (of: Record<string, string>, options = {}) =>
  fleetOn({}, { connectionString: db.connectionString, files: of, tenants: { list: tenantsUpTo(3) }, ...options });

async function migrated(): Promise<void> {
  await db.query('CREATE SCHEMA s0; CREATE SCHEMA s1; CREATE SCHEMA s2');
  await (await on(files)).fleet.migrate();
}

const columns = async (): Promise<string[]> => {
  const sql = `SELECT attname FROM pg_attribute WHERE attrelid = '${TABLE}'::regclass AND attnum > 0 AND NOT attisdropped`;
  return (await db.query<{ attname: string }>(sql)).rows.map(({ attname }) => attname);
};

const indexed = async (): Promise<string[]> => {
  const sql = `SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0] WHERE indrelid = '${TABLE}'::regclass ORDER BY 1`;
  return (await db.query<{ attname: string }>(sql)).rows.map(({ attname }) => attname);
};
const ALL_INDEXED = ['schema_name', 'schema_oid', 'tenant'];

describe('a history table of tenants without indexes by schema, as an older release created it', () => {
  const DROP = `DROP INDEX ${TABLE}_schema_oid_idx, ${TABLE}_schema_name_idx`;

  test('gets them with the next run, but none twice', async () => {
    await migrated();
    expect(await indexed()).toEqual(ALL_INDEXED); // a new table has them
    await db.query(`${DROP}; CREATE INDEX by_hand ON ${TABLE} (schema_oid, tenant)`);
    const { fleet } = await on(more);
    await fleet.status();
    expect(await indexed()).toEqual(['schema_oid', 'tenant']);
    await fleet.migrate();
    expect(await indexed()).toEqual(ALL_INDEXED);
  });

  test('is upgraded from a release that knew no names of schemas either', async () => {
    await migrated();
    await db.query(`${DROP}; ALTER TABLE ${TABLE} DROP COLUMN schema_name`);
    await (await on(more)).fleet.migrate();
    expect(await indexed()).toEqual(ALL_INDEXED);
  });

  test.each([
    ['a run waits', { timeouts: { tableLock: 50, tableLockRetries: 2 } }, ''],
    ['tenants should have to wait, although a run waits without a limit', { timeouts: { tableLock: 0 } }, ''],
    ['a statement may take', {}, '?options=-c%20statement_timeout%3D2000'],
  ])('gets them later if somebody writes to it for longer than %s', async (_, options, parameters) => {
    await migrated();
    await db.query(DROP);
    await withClient(db.connectionString, async (writer) => {
      await writer.query(`BEGIN; DELETE FROM ${TABLE} WHERE tenant = 'another'`);
      const { fleet } = await on(more, { connectionString: `${db.connectionString}${parameters}`, ...options });
      expect(inBrief(await fleet.migrate())).toEqual(['t0', 't1', 't2'].map((name) => `${name} applied 2_b.sql`));
      expect(await indexed()).toEqual(['tenant']);
    });
    await (await on({ ...more, '3_c.sql': 'SELECT 1' })).fleet.migrate();
    expect(await indexed()).toEqual(ALL_INDEXED);
  });

  test('does without one whose name is taken', async () => {
    await migrated();
    await db.query(`${DROP}; CREATE TABLE ${TABLE}_schema_oid_idx ()`);
    await (await on(more)).fleet.migrate();
    expect(await indexed()).toEqual(['schema_name', 'tenant']);
  });

  test('works without them for a role that does not own it', async () => {
    await migrated();
    await db.query(DROP);
    const role = await newRole(
      'GRANT ALL ON SCHEMA shared, s0, s1, s2 TO',
      'GRANT ALL ON ALL TABLES IN SCHEMA shared TO',
    );
    const { fleet } = await on(more, { connectionString: role });
    expect(inBrief(await fleet.migrate())).toEqual(['t0', 't1', 't2'].map((name) => `${name} applied 2_b.sql`));
    expect(await fleet.deprovision({ name: 't0', schema: 's0' })).toBe(2);
    expect(await indexed()).toEqual(['tenant']);
  });
});

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
