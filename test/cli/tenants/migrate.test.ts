import { describe, expect, test } from '@jest/globals';
import { outcomes } from '../../support/migrator/history-of.js';
import { objectOf } from '../command-line.js';
import { useSchools } from './schools.js';

const { db, type, write, open } = useSchools('cli_rollout', { rollout: { parallelism: 1 } });
const breakSchool = (name: string, isBroken = true): Promise<unknown> =>
  db.query(`UPDATE shared.schools SET broken = ${isBroken} WHERE name = '${name}'`);

describe('migrate --all', () => {
  test('applies the shared files and migrates the tenants that are behind', async () => {
    await open('elm', 'oak');
    await write({ 'migrations/002_c.sql': 'CREATE TABLE c (id int);' });
    const { code, stdout, stderr } = await type('migrate', '--all');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^Applying 1 pending migration to .*\nApplied 002_c\.sql in .*\nApplied 1 migration in .*\n2 of 2 tenants to migrate\nWave 1 of 1: 2 tenants\n1 of 2 tenants, 0 failed\n2 of 2 tenants, 0 failed\nTenants: 2 migrated \(.*\)\n$/,
    );
    expect((await db.query('SELECT FROM elm.a, oak.a')).rowCount).toBe(0);
    const again = await type('migrate', '--all', '--json');
    expect({ code: again.code, ...(objectOf(again) as object) }).toMatchObject({
      code: 0,
      shared: { applied: [] },
      tenants: [
        { tenant: 'elm', group: null, outcome: 'nothing-to-do', applied: [], runId: null, error: null },
        { tenant: 'oak' },
      ],
      counts: { applied: 0, 'nothing-to-do': 2, failed: 0 },
      stopped: null,
    });
  });

  test('lists every tenant that failed with the error of a single run, and continues the next time', async () => {
    await open('ash', 'elm', 'oak');
    await breakSchool('elm');
    const { code, stdout, stderr } = await type('migrate', '--all');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('\nTenant elm failed\n');
    expect(stdout).toContain(
      '\nThe rollout stopped: 1 tenant failed, and "rollout.stopAfter" is 1. Tenants: 1 migrated, 1 failed, 1 not started',
    );
    expect(stdout).toMatch(
      /\nTenant elm failed:\n {2}002_b\.sql:1:\d+: out of chalk|\nTenant elm failed:\n {2}.*002_b\.sql/,
    );
    expect(stdout).toMatch(/ {2}.*out of chalk[^]*\[MIGRATION_FAILED\]\n$/);
    const json = await type('migrate', '--all', '--json');
    expect(json.code).toBe(1);
    expect(objectOf(json)).toMatchObject({
      error: {
        code: 'ROLLOUT_STOPPED',
        rollout: {
          stopped: { by: 'failures' },
          counts: { 'nothing-to-do': 1, applied: 1, failed: 1 },
          tenants: [
            {},
            { tenant: 'elm', error: { code: 'MIGRATION_FAILED', file: '002_b.sql', sqlstate: 'P0001' } },
            {},
          ],
        },
      },
    });
    await breakSchool('elm', false);
    const repaired = await type('migrate', '--all');
    expect(repaired).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Tenants: 1 migrated, 2 with nothing to do'),
    });
  });

  test('shows an error once for all tenants that failed with it', async () => {
    const list = `SELECT name, replace(name, '-', '_') AS schema FROM shared.schools ORDER BY name`;
    const rollout = { parallelism: 1, stopAfter: '100%' };
    await write({
      'migrations.config.json': JSON.stringify({ tenants: { directory: 'schools', list, rollout } }),
      'schools/002_b.sql': 'CREATE TABLE {{schema}}.a (id int);',
      'schools/003_c.sql': 'SELECT 1;',
    });
    await db.query(`INSERT INTO shared.schools VALUES ('elm-park'), ('old-oak'), ('yew');
      CREATE SCHEMA elm_park; CREATE SCHEMA old_oak; CREATE SCHEMA yew; CREATE TABLE yew.a (id int)`);
    const { code, stdout } = await type('migrate', '--all');
    expect(code).toBe(1);
    expect(stdout.match(/CREATE TABLE/g)).toHaveLength(2);
    expect(stdout).toMatch(
      /\n2 tenants \(elm-park, old-oak\) failed:\n {2}.*002_b\.sql[^]*\nTenant yew failed:\n {2}.*001_a\.sql/,
    );
  });

  test('exits with 1 if a tenant failed within the budget', async () => {
    await write({
      'migrations.config.json': JSON.stringify({
        tenants: {
          directory: 'schools',
          list: [
            { name: 'elm', schema: 'elm' },
            { name: 'oak', schema: 'oak' },
          ],
          rollout: { stopAfter: 2 },
        },
      }),
    });
    await open('elm', 'oak');
    await breakSchool('elm');
    const { code, stdout } = await type('migrate', '--all', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      stopped: null,
      tenants: [
        {
          tenant: 'elm',
          outcome: 'failed',
          applied: ['001_a.sql'],
          error: { message: expect.stringContaining('out of chalk') },
        },
        { tenant: 'oak', outcome: 'applied', error: null },
      ],
    });
  });
});

describe('migrate', () => {
  test('migrates only the tenants that are selected', async () => {
    await open('elm', 'oak', 'yew');
    await db.query(`UPDATE shared.schools SET pilot = true WHERE name = 'yew'`);
    expect((await type('migrate', '--group', 'pilot')).stdout).toContain('1 of 1 tenant to migrate\n');
    expect((await type('migrate', '--tenant', 'elm', '--tenant', 'yew')).stdout).toContain(
      '1 of 2 tenants to migrate\n',
    );
    const { tenants } = objectOf(await type('status', '--all', '--json')) as { tenants: { state: string }[] };
    expect(tenants.map(({ state }) => state)).toEqual(['current', 'behind', 'current']);
  });

  test('without a selection applies the shared files, and says that tenants are not included', async () => {
    await open('elm');
    const hint = 'Tenants are not included: select them with --all, --group or --tenant.\n';
    expect(await type('migrate')).toMatchObject({ code: 0, stderr: hint });
    expect(await type('status')).toMatchObject({ code: 0, stderr: hint });
    expect(await outcomes(db)).toEqual({ '001_schools.sql': 'applied' });
  });

  test.each([
    [['--all', '--group', 'pilot'], 'error: --tenant, --group and --all are mutually exclusive'],
    [['--all', '--step', '1'], 'error: --to and --step do not work with tenants'],
    [['--tenant', 'oka'], 'no tenant is named "oka"; did you mean "oak"?'],
    [['--group', 'plot'], 'no tenant is in the group "plot"; did you mean "pilot"?'],
  ])('is refused with %j', async (flags, message) => {
    await open('oak');
    await db.query('UPDATE shared.schools SET pilot = true');
    expect(await type('migrate', ...flags)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  test.each([['--tenant'], ['--group']])('with an unknown name in %s applies no shared files either', async (flag) => {
    await open('oak');
    await write({ 'migrations/002_years.sql': 'CREATE TABLE years (id int);' });
    const { code, stdout, stderr } = await type('migrate', flag, 'nope');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(
      'If they change the list, apply them first, with `nest-migrations migrate`.\n[INVALID_OPTIONS]',
    );
    expect(await outcomes(db)).toEqual({ '001_schools.sql': 'applied' });
  });

  test('says what to add if there are no tenants in the configuration', async () => {
    await write({ 'migrations.config.json': '{}' });
    const { code, stderr } = await type('migrate', '--all');
    expect(code).toBe(2);
    expect(stderr).toContain("tenants is missing: add `tenants: { directory: 'migrations/tenants', list: ");
  });
});
