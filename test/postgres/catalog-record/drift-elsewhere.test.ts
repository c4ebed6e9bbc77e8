import { beforeAll, describe, expect, test } from '@jest/globals';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { driftOf } from '../../support/migrator/findings-of.js';
import { migratorOn, type ObservedMigrator } from '../../support/migrator/migrator-on.js';
import { has } from '../../support/jest/needs.js';
import { startPgBouncer } from '../../support/database/pgbouncer.js';
import { testIf } from '../../support/server/since-version.js';

const db = useEmptyDatabase('drift_elsewhere');
const FILES = {
  '1.sql': `CREATE TABLE events (at date NOT NULL, note text) PARTITION BY RANGE (at); CREATE EXTENSION hstore;
    CREATE TABLE first PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01'); CREATE VIEW notes AS SELECT note FROM events;`,
};

async function migrated(): Promise<ObservedMigrator> {
  const observed = await migratorOn(db, FILES);
  await observed.migrator.migrate();
  return observed;
}

describe('drift()', () => {
  test('ignores partitions that come and go, and finds a change of their parent', async () => {
    const observed = await migrated();
    await db.query(`CREATE TABLE second PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
      CREATE INDEX ON second (note); DROP TABLE first; ALTER TABLE second ADD CHECK (note <> '')`);
    expect(await driftOf(observed)).toEqual([]);
    await db.query('ALTER TABLE events DETACH PARTITION second');
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Table public.second']);
    await db.query('DROP TABLE second; CREATE INDEX by_note ON events (note)');
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Index by_note on public.events']);
  });

  test('ignores members of an extension, and finds what depends on one', async () => {
    const observed = await migrated();
    await db.query('ALTER FUNCTION slice(hstore, text[]) COST 7; CREATE TABLE by_hand (h hstore)');
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Table public.by_hand']);
    await db.query('DROP TABLE by_hand; ALTER EXTENSION hstore DROP FUNCTION slice(hstore, text[])');
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Function public.slice(public.hstore,text[])']);
    await db.query('ALTER EXTENSION hstore ADD FUNCTION slice(hstore, text[])');
    expect(await driftOf(observed)).toEqual([]);
  });

  test('separates an upgrade to another major version from changes, and records it again once', async () => {
    const observed = await migrated();
    // The record of the previous major version, which wrote the view differently.
    await db.query('UPDATE shared.schema_migrations_catalog SET server_version = server_version - 10000, stamp = NULL');
    await db.query(
      'CREATE TABLE by_hand (); CREATE OR REPLACE VIEW notes AS SELECT note FROM events WHERE note IS NOT NULL',
    );
    expect(await driftOf(observed)).toEqual([
      'OBJECT_ADDED Table public.by_hand',
      expect.stringMatching(/^OBJECTS_REWRITTEN .*shared\.schema_migrations$/),
    ]);
    const [, rewritten] = await observed.migrator.drift();
    expect(rewritten).toMatchObject({ severity: 'note', names: ['View public.notes'] });
    await observed.migrator.refreshCatalog();
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Table public.by_hand']);
    await db.query('CREATE OR REPLACE VIEW notes AS SELECT note FROM events');
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Table public.by_hand', 'OBJECT_CHANGED View public.notes']);
  });
});

describe('behind a transaction-mode pooler', () => {
  const testPooled = testIf(has('pgbouncer'), 'needs pgbouncer');
  let pooled = '';
  beforeAll(async () => {
    if (has('pgbouncer')) pooled = await startPgBouncer(db.connectionString);
  });

  testPooled('the catalog is recorded and compared, and leaves nothing behind in the session', async () => {
    const observed = await migratorOn(db, FILES, { connectionString: pooled });
    await observed.migrator.migrate();
    expect(await driftOf(observed)).toEqual([]);
    await db.query('CREATE TABLE by_hand ()');
    expect(await driftOf(observed)).toEqual(['OBJECT_ADDED Table public.by_hand']);
    const next = await migratorOn(db, { ...FILES, '2.sql': 'CREATE TABLE more ()' }, { connectionString: pooled });
    await next.migrator.migrate();
    expect(await driftOf(next)).toEqual(['OBJECT_ADDED Table public.by_hand']);
    await next.migrator.acceptCatalog();
    expect(await driftOf(next)).toEqual([]);
  });
});
