import { beforeAll, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationFailedError } from '../../src/migrator.js';
import { failureOf } from '../support/jest/failure-of.js';
import { migratorOn } from '../support/migrator/migrator-on.js';
import { useTestDatabase } from '../support/server/use-test-database.js';
import { FOREIGN_EXAMPLES, type ForeignExample } from '../migrator/use-cases/foreign-examples.js';
import { fleetOn, tenantsUpTo } from '../fleet/fleet-on.js';

const db = useTestDatabase();

/**
 * Where `pg_catalog` has no operator for exactly these types, PostgreSQL prefers one with these types in any schema of the
 * search path. Whoever may create one there must not have it run by the role that migrates.
 */
const OPERATORS = `
DO $$
DECLARE
  types text[] := ARRAY['oid', 'regclass', 'regtype', 'regnamespace', 'name', 'text', '"char"', 'int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'xid', 'jsonb', 'int2[]', 'text[]', 'timestamptz', 'interval'];
  l text; r text; o text; f text; result text;
BEGIN
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true);
  FOREACH l IN ARRAY types LOOP FOREACH r IN ARRAY types LOOP FOREACH o IN ARRAY ARRAY['=', '<>', '<', '>', '<=', '>=', '~', '!~', '~~', '!~~', '||', '+', '-', '*', '->', '->>', '#>>'] LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_operator WHERE oprname = o AND oprleft = l::regtype AND oprright = r::regtype);
    result := CASE WHEN o IN ('||', '+', '-', '*', '->', '->>', '#>>') THEN 'text' ELSE 'bool' END;
    f := format('foreign_%s(%s, %s)', result, l, r);
    IF to_regprocedure('public.' || f) IS NULL THEN
      EXECUTE format('CREATE FUNCTION public.%s RETURNS %s LANGUAGE plpgsql AS %L', f, result, format('BEGIN RAISE %L; END', 'an operator of somebody else was called for ' || l || ' and ' || r));
    END IF;
    EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.foreign_%s)', o, l, r, result);
  END LOOP; END LOOP; END LOOP;
END $$`;

/** The same for functions: those of `pg_catalog` take any type. */
const FUNCTIONS = ['unnest(text[]) RETURNS SETOF text', 'format(text, name, name) RETURNS text']
  .map((signature) => {
    const body = "BEGIN RAISE 'a function of somebody else was called'; END";
    return `CREATE FUNCTION public.${signature} LANGUAGE plpgsql AS $$ ${body} $$;`;
  })
  .join('\n');

const files = {
  '001_a.sql':
    'CREATE SCHEMA app; CREATE TABLE app.a (id int NOT NULL, UNIQUE (id) DEFERRABLE INITIALLY DEFERRED, CHECK (id IS NOT NULL));',
  '002_b.sql': '-- no-transaction\nCREATE INDEX CONCURRENTLY a_id ON app.a (id);\nREINDEX SCHEMA CONCURRENTLY app;',
  '003_c.sql': 'CREATE TABLE IF NOT EXISTS app.a (id int, more text); ALTER TABLE app.a ALTER COLUMN id SET NOT NULL;',
};
const failing = {
  '004_d.sql': '-- no-transaction\nCREATE INDEX CONCURRENTLY a_id2 ON app.a (id);\nSELECT 1 / (SELECT 0);',
};

beforeAll(async () => {
  await db.query(OPERATORS);
  await db.query(FUNCTIONS);
  // Verify and checkpoint copy the settings of the database.
  await db.query(`ALTER DATABASE "${db.name}" SET app.setting TO 1`);
});

describe('operators and functions of somebody else on the search path', () => {
  test('do exist, and PostgreSQL would call them', async () => {
    await expect(db.query('SELECT 1259::oid = 1259::oid')).resolves.toBeDefined();
    await expect(db.query(`SELECT 1259::oid = 'pg_class'::regclass`)).rejects.toThrow('of somebody else was called');
    await expect(db.query(`SELECT unnest(ARRAY['a'])`)).rejects.toThrow('of somebody else was called');
  });

  test.each(['session', 'transaction'] as const)('are not called by a run with a %s lock', async (lock) => {
    await db.query('DROP SCHEMA IF EXISTS app, shared CASCADE');
    const { migrator, directory } = await migratorOn(db, files, { lock });
    expect((await migrator.rehearse()).migrations[0]).toMatchObject({ file: '001_a.sql', outcome: 'rehearsed' });
    expect((await migrator.migrate()).applied).toEqual(Object.keys(files));
    await writeFile(join(directory, '004_d.sql'), failing['004_d.sql']);
    const { message } = await failureOf(migrator.migrate(), MigrationFailedError);
    expect(message).toContain('division by zero');
    await migrator.repair({ restart: '004_d.sql' });
    await writeFile(join(directory, '004_d.sql'), 'SELECT 1;');
    expect((await migrator.migrate()).applied).toEqual(['004_d.sql']);
    expect(await migrator.drift({ diff: true })).toEqual([]);
  });

  test('are not called by what reads or changes the history', async () => {
    await db.query('DROP SCHEMA IF EXISTS app, shared CASCADE');
    const { migrator } = await migratorOn(db, files);
    await migrator.lint();
    await migrator.migrate();
    await migrator.unmark('003_c.sql');
    await migrator.baseline('003');
    await migrator.accept();
    await migrator.unlock();
    await migrator.plan();
    expect((await migrator.history()).map(({ state }) => state)).toEqual(['applied', 'applied', 'applied']);
    expect((await migrator.audit()).map(({ action }) => action)).toEqual(['migrate', 'unmark', 'baseline']);
    expect(await migrator.verify()).toMatchObject({ findings: [] });
  });

  test.each(['flyway', 'golang-migrate'] as const)('are not called by an import from %s', async (tool) => {
    await db.query('DROP SCHEMA IF EXISTS app, shared CASCADE');
    const example = FOREIGN_EXAMPLES.find((each) => each.tool === tool) as ForeignExample;
    await db.query(example.made);
    const { layout, pattern } = example;
    const { migrator } = await migratorOn(db, example.files, { layout, ...(pattern && { pattern }) });
    expect((await migrator.importFrom(tool)).recorded).toEqual(Object.keys(example.recorded));
  });

  test.each(['shared', 'per-tenant'] as const)('are not called for tenants with a %s history', async (history) => {
    const { fleet } = await fleetOn(
      {},
      {
        connectionString: db.connectionString,
        files: { '1_a.sql': 'CREATE TABLE a (id int);' },
        tenants: { list: tenantsUpTo(2), history },
      },
    );
    await fleet.provision('t0');
    await db.query('CREATE SCHEMA s1');
    expect((await fleet.migrate()).counts).toMatchObject({ applied: 1 });
    await fleet.drift({ diff: true });
    await fleet.adopt({ tenants: ['t0'] });
    const tenant = await fleet.tenant('t0');
    await tenant.unmark('1_a.sql');
    await tenant.mark('1_a.sql');
    expect((await tenant.audit()).map(({ action }) => action)).toContain('mark');
    for (const { name, schema } of tenantsUpTo(2))
      expect(await fleet.deprovision({ name, schema }, { dropSchema: true })).toBe(1);
  });
});
