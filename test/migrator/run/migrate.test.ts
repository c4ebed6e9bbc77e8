import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError } from '../../../src/migrator.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { failureOf } from '../../support/jest/failure-of.js';
import { historyOf, relations } from '../../support/migrator/history-of.js';
import { expectNoLeftovers } from '../../support/server/leftovers.js';
import { migratorOn } from '../../support/migrator/migrator-on.js';
import { adding, ranOn, states } from './adding.js';

const db = useEmptyDatabase('migrate');
afterEach(() => expectNoLeftovers(db));

const ran = (): Promise<string[]> => ranOn(db);

describe('a run', () => {
  test('applies only what is new', async () => {
    const { migrator, directory } = await migratorOn(db, adding('1.sql', '2.sql'));
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql']);
    await writeFile(join(directory, '3.sql'), adding('3.sql')['3.sql'] ?? '');
    expect((await migrator.migrate()).applied).toEqual(['3.sql']);
    expect((await migrator.migrate()).applied).toEqual([]);
    expect(await ran()).toEqual(['1.sql', '2.sql', '3.sql']);
  });

  test('goes in the order of versions: neither bytes, nor the collation of the database decide', async () => {
    const inOrder = [
      '1_b.sql',
      '2-a.sql',
      '2_a.sql',
      '010_z.sql',
      '10_a.sql',
      '10.1_a.sql',
      '10.2_a.sql',
      '10.10_a.sql',
      '100_a.sql',
      '20240131_a.sql',
      '2024-02-01-120000_a.sql',
      '20240201120001_a.sql',
    ];
    const { migrator } = await migratorOn(db, adding(...inOrder.toReversed()));
    expect((await migrator.migrate()).applied).toEqual(inOrder);
    expect(await ran()).toEqual(inOrder);
    expect((await migrator.history()).map(({ file }) => file)).toEqual(inOrder);
  });

  test('applies both of two files with one number, and a third that comes later', async () => {
    const { migrator, directory, warnings } = await migratorOn(
      db,
      adding('004_department_hierarchy.sql', '004_platform_billing.sql'),
    );
    await migrator.migrate();
    await writeFile(join(directory, '004_a_third.sql'), adding('004_a_third.sql')['004_a_third.sql'] ?? '');
    expect((await migrator.migrate()).applied).toEqual(['004_a_third.sql']);
    expect(warnings()).toEqual([
      '004_a_third.sql runs out of order: newer migrations have been applied already. [RUNS_OUT_OF_ORDER]',
    ]);
  });

  test('of an empty directory does nothing but warn, and makes no table', async () => {
    const { migrator, directory, events, warnings } = await migratorOn(db, {});
    expect(await migrator.migrate()).toMatchObject({ applied: [], adopted: [] });
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'warning', 'run-finished']);
    expect(warnings()).toEqual([
      expect.stringMatching(/ contains no migrations, and none have been applied\. .* \[NO_MIGRATIONS\]$/),
    ]);
    expect(warnings()[0]).toContain(directory);
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
  });

  test('emits events, from its start to its end with what was applied, each with run, target and time', async () => {
    const { migrator, events } = await migratorOn(db, {
      '1.sql': 'CREATE TABLE t ();',
      '2.sql': 'CREATE TABLE IF NOT EXISTS t ();',
    });
    const { runId, durationMs } = await migrator.migrate();
    const context = { runId, target: `${db.name}/shared.schema_migrations`, at: expect.any(Date) };
    expect(events).toEqual([
      { ...context, type: 'run-started' },
      { ...context, type: 'lock-acquired', waitedMs: expect.any(Number) },
      { ...context, type: 'run-planned', pending: ['1.sql', '2.sql'], alreadyApplied: 0 },
      { ...context, type: 'migration-started', file: '1.sql', number: 1, of: 2 },
      { ...context, type: 'migration-applied', file: '1.sql', durationMs: expect.any(Number) },
      { ...context, type: 'migration-started', file: '2.sql', number: 2, of: 2 },
      { ...context, type: 'migration-notice', file: '2.sql', notice: expect.objectContaining({ sqlstate: '42P07' }) },
      { ...context, type: 'migration-applied', file: '2.sql', durationMs: expect.any(Number) },
      { ...context, type: 'warning', finding: expect.objectContaining({ code: 'CREATION_SKIPPED', subject: '2.sql' }) },
      {
        ...context,
        type: 'run-finished',
        applied: ['1.sql', '2.sql'],
        appliedByOthers: [],
        alreadyApplied: 0,
        durationMs: expect.any(Number),
      },
    ]);
    expect(migrator.target).toBe(context.target);
    expect(durationMs).toBeGreaterThan(0);
  });

  test('is not broken by a listener that throws: Node warns of it', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const files = { ...adding('1.sql', '2.sql'), '3.sql': 'VACUUM ran' };
    const { migrator } = await migratorOn(db, files, {
      onEvent: () => {
        throw new Error('listener broke');
      },
    });
    expect((await migrator.migrate()).applied).toEqual(['1.sql', '2.sql', '3.sql']);
    expect(warn.mock.calls[0]?.[0]).toBe('A listener of migration events failed at run-started: Error: listener broke');
    warn.mockRestore();
  });

  test('counts a migration that was registered by hand as applied, and adopts its checksum, saying so', async () => {
    const observed = await migratorOn(db, adding('028_a.sql', '029_stripe_integration_fields.sql', '030_c.sql'));
    await (await migratorOn(db, adding('028_a.sql'))).migrator.migrate();
    await db.query(
      `INSERT INTO shared.schema_migrations (migration_file) VALUES ('029_stripe_integration_fields.sql') ON CONFLICT DO NOTHING`,
    );
    expect(await states(observed)).toEqual([
      '028_a.sql applied',
      '029_stripe_integration_fields.sql unverified',
      '030_c.sql pending',
    ]);
    const run = await observed.migrator.migrate();
    expect(run).toMatchObject({ applied: ['030_c.sql'], adopted: ['029_stripe_integration_fields.sql'] });
    expect(observed.warnings()).toEqual([
      `${db.name}/shared.schema_migrations has adopted the checksums of files that were recorded without one: 029_stripe_integration_fields.sql. [CHECKSUMS_ADOPTED]`,
    ]);
    expect(await ran()).toEqual(['028_a.sql', '030_c.sql']);
    expect(await states(observed)).toEqual([
      '028_a.sql applied',
      '029_stripe_integration_fields.sql applied',
      '030_c.sql applied',
    ]);
  });

  test('adopts checksums although nothing is pending, once', async () => {
    const { migrator, warnings } = await migratorOn(db, adding('1.sql'));
    await db.query(
      `CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (migration_file text PRIMARY KEY); INSERT INTO shared.schema_migrations VALUES ('1.sql')`,
    );
    expect(await migrator.migrate()).toMatchObject({ applied: [], adopted: ['1.sql'] });
    expect(await migrator.migrate()).toMatchObject({ applied: [], adopted: [] });
    expect(warnings()).toHaveLength(1);
    expect((await historyOf(db))[0]?.checksum).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('a migration that failed', () => {
  test('is tried again at every run until it succeeds, and nothing after it runs before', async () => {
    const files = { ...adding('1.sql', '3.sql'), '2.sql': 'INSERT INTO needed VALUES (1)' };
    const observed = await migratorOn(db, files);
    for (let i = 0; i < 3; i++) {
      await failureOf(observed.migrator.migrate(), MigrationFailedError);
      expect(await states(observed)).toEqual(['1.sql applied', '2.sql failed', '3.sql pending']);
    }
    await db.query('CREATE TABLE needed (id int)');
    expect((await observed.migrator.migrate()).applied).toEqual(['2.sql', '3.sql']);
    expect(await ran()).toEqual(['1.sql', '3.sql']);
  });

  test('in a table of the older runner is run, not skipped', async () => {
    await db.query(
      `CREATE SCHEMA shared; CREATE TABLE shared.schema_migrations (migration_file varchar(255) PRIMARY KEY, executed_at timestamp DEFAULT now(), execution_time_ms integer, error_message text)`,
    );
    await db.query(
      `INSERT INTO shared.schema_migrations VALUES ('1.sql', now(), 5, NULL), ('2.sql', now(), 3, 'relation "x" does not exist')`,
    );
    const { migrator } = await migratorOn(db, adding('1.sql', '2.sql', '3.sql'));
    expect((await migrator.migrate()).applied).toEqual(['2.sql', '3.sql']);
    expect(await ran()).toEqual(['2.sql', '3.sql']);
  });

  test('may be corrected: its new text runs, and its new checksum is recorded', async () => {
    const { migrator, directory } = await migratorOn(db, { '1.sql': 'SELEC 1' });
    await failureOf(migrator.migrate(), MigrationFailedError);
    const [failed] = await historyOf(db);
    await writeFile(join(directory, '1.sql'), 'SELECT 1');
    await migrator.migrate();
    const [applied] = await historyOf(db);
    expect(applied?.checksum).not.toBe(failed?.checksum);
    expect(applied?.error_message).toBeNull();
  });

  test('and whose file is gone keeps nothing from running', async () => {
    const { migrator, directory } = await migratorOn(db, { '1.sql': 'SELECT 1/0', ...adding('2.sql') });
    await failureOf(migrator.migrate(), MigrationFailedError);
    await rm(join(directory, '1.sql'));
    expect((await migrator.migrate()).applied).toEqual(['2.sql']);
  });
});

test('what a run leaves are its objects and its history, and nothing else', async () => {
  await (await migratorOn(db, { '1.sql': 'CREATE TABLE one ()' })).migrator.migrate();
  expect(await relations(db)).toEqual(['one']);
  const { rows } = await db.query(
    `SELECT relname FROM pg_class WHERE relnamespace = 'shared'::regnamespace ORDER BY 1`,
  );
  expect(rows.map(({ relname }) => relname)).toEqual([
    'schema_migrations',
    'schema_migrations_audit',
    'schema_migrations_audit_id_seq',
    'schema_migrations_audit_pkey',
    'schema_migrations_catalog',
    'schema_migrations_catalog_id_seq',
    'schema_migrations_catalog_pkey',
    'schema_migrations_incidents',
    'schema_migrations_incidents_pkey',
    'schema_migrations_pkey',
    'schema_migrations_source',
    'schema_migrations_source_pkey',
  ]);
});
