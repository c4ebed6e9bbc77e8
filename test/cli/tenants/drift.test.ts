import { describe, expect, test } from '@jest/globals';
import { checkpointOf } from '../../support/migrator/checkpoint-of.js';
import { objectOf } from '../command-line.js';
import { FILES, useSchools } from './schools.js';

const { db, type, write, open } = useSchools('cli_tenants_drift', { rollout: { stopAfter: '100%' } });

const CHECKPOINT = checkpointOf(
  { '001_a.sql': FILES['schools/001_a.sql'], '002_b.sql': FILES['schools/002_b.sql'] },
  'CREATE TABLE {{schema}}.a (id int);',
);

describe('drift', () => {
  test('shows findings once for all tenants that have them, and exits with 5', async () => {
    await open('elm', 'oak');
    await type('migrate', '--all');
    await open('yew');
    expect(await type('drift', '--all')).toMatchObject({
      code: 0,
      stdout: '1 tenant (yew):\n  Not compared with other tenants: it has no migrations yet\nNo drift (2 tenants)\n',
    });
    await write({ 'schools/001_a.sql': 'CREATE TABLE a (id bigint);' });
    const { code, stdout } = await type('drift', '--all');
    expect(code).toBe(5);
    expect(stdout).toMatch(
      /^2 tenants \(elm, oak\):\n {2}001_a\.sql .* \[CHANGED\]\n1 tenant \(yew\):\n {2}Not compared .*\n$/,
    );
    expect(objectOf(await type('drift', '--all', '--json'))).toMatchObject({
      groups: [
        { tenants: ['elm', 'oak'], findings: [{ code: 'CHANGED' }], isCompared: true, notCompared: null, error: null },
        { tenants: ['yew'], findings: [], isCompared: false, notCompared: 'it has no migrations yet' },
      ],
      findings: [],
    });
  });

  test('names the tenant whose schema differs from the others', async () => {
    await open('elm', 'oak', 'yew');
    await type('migrate', '--all');
    await db.query('ALTER TABLE oak.a ADD COLUMN by_hand int');
    const { code, stdout } = await type('drift', '--all', '--schema');
    expect(code).toBe(5);
    expect(stdout).toMatch(/^1 tenant \(oak\):\n {2}.*by_hand.* \[TENANT_OBJECT_ADDED\]\n$/);
    expect(await type('drift', '--all', '--files')).toMatchObject({ code: 0, stdout: 'No drift (3 tenants)\n' });
  });

  test('says why schemas were not compared', async () => {
    await open('elm', 'oak');
    await type('migrate', '--all');
    await db.query(`UPDATE shared.schema_migrations_tenants SET checksum = md5('x') || md5('y') WHERE tenant = 'elm'`);
    const { stdout } = await type('drift', '--all');
    expect(stdout).toMatch(
      /\nThe schemas of 2 tenants were not compared with those of others: .* \[TENANTS_NOT_COMPARED\]\n$/,
    );
    expect(objectOf(await type('drift', '--all', '--json'))).toMatchObject({
      findings: [{ code: 'TENANTS_NOT_COMPARED' }],
    });
  });

  test('names the tenant whose schema could not be compared, as the exit code says so', async () => {
    await open('elm', 'oak');
    await type('migrate', '--all');
    await open('yew');
    expect(await type('drift', '--all', '--schema')).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(
        /^1 tenant \(yew\):\n {2}Not compared .*: it has no migrations yet\nNo drift \(2 tenants\)\n$/,
      ),
    });
  });

  test('says of a tenant that a failed checkpoint keeps it from being compared, until its tables are recorded', async () => {
    await open('elm', 'oak');
    await type('migrate', '--all');
    await open('old');
    await db.query('CREATE TABLE old.a (id int, by_hand int)');
    await write({ 'schools/002_checkpoint.sql': CHECKPOINT });
    expect(await type('migrate', '--all')).toMatchObject({ code: 1 });
    const { code, stdout } = await type('drift', '--all');
    expect(code).toBe(5);
    expect(stdout).toMatch(
      /^1 tenant \(old\):\n {2}.*`nest-migrations mark 002_checkpoint\.sql --tenant old`\. \[FAILED\]\n {2}Not compared .*: 002_checkpoint\.sql has failed\n$/,
    );
    expect((await type('mark', '002_checkpoint.sql', '--tenant', 'old', '--yes')).stdout).toContain('002_b.sql');
    expect(await type('status', '--all')).toMatchObject({ stdout: '3 of 3 tenants current\n' });
    expect(await type('drift', '--all')).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(/^1 tenant \(old\):\n {2}Column a\.by_hand .* \[TENANT_OBJECT_ADDED\]\n$/),
    });
    expect((await type('repair', '--tenant', 'old', '--yes')).stdout).toContain(
      '002_checkpoint.sql: its row is removed',
    );
    const { rows } = await db.query("SELECT migration_file FROM shared.schema_migrations_tenants WHERE tenant = 'old'");
    expect(rows).toEqual([{ migration_file: '001_a.sql' }, { migration_file: '002_b.sql' }]);
  });
});
