import { describe, expect, test } from '@jest/globals';
import { lockKeySql } from '../../../src/postgres/lock/lock.js';
import { withClient } from '../../support/database/database.js';
import { testIf } from '../../support/server/since-version.js';
import { childEnvironment, runProcess, type ProcessResult } from '../../support/programs/process.js';
import { MAIN, objectOf } from '../command-line.js';
import { useSchools } from '../tenants/schools.js';

const { db, type, write, project } = useSchools('cli_provision');

const enrol = (name: string): Promise<unknown> =>
  db.query(`INSERT INTO shared.schools VALUES ('${name}', false, false)`);
const schemas = async (): Promise<string[]> => {
  const sql = `SELECT nspname FROM pg_namespace WHERE nspname IN ('elm', 'elm_park', 'oak') ORDER BY 1`;
  return (await db.query<{ nspname: string }>(sql)).rows.map(({ nspname }) => nspname);
};
const rowsOf = async (tenant: string): Promise<number | null> =>
  (await db.query('SELECT FROM shared.schema_migrations_tenants WHERE tenant = $1', [tenant])).rowCount;

/** Answers the question of `deprovision` at a terminal. */
const answer = (text: string): Promise<ProcessResult> => {
  const command = `"${process.execPath}" "${MAIN}" deprovision elm --drop-schema`;
  return runProcess('sh', ['-c', `printf '${text}' | script -qec '${command}' /dev/null`], {
    cwd: project(),
    env: childEnvironment({ DATABASE_URL: db.connectionString }),
  });
};

describe('provision', () => {
  test('creates the schema of a tenant on the list and applies its files, and can be repeated', async () => {
    await enrol('elm');
    const planned =
      'This would create the schema elm and apply 2 migrations, in one transaction:\n  001_a.sql\n  002_b.sql\n';
    expect(await type('provision', 'elm', '--dry-run')).toMatchObject({ code: 0, stdout: planned, stderr: '' });
    expect(objectOf(await type('provision', 'elm', '--dry-run', '--json'))).toEqual({
      dryRun: true,
      tenant: 'elm',
      schema: 'elm',
      createsSchema: true,
      inOneTransaction: true,
      pending: ['001_a.sql', '002_b.sql'],
      refusals: [],
    });
    expect(await schemas()).toEqual([]);
    const { code, stdout, stderr } = await type('provision', 'elm');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^Applying 2 pending migrations to .*\nApplied 001_a\.sql.*\nApplied 002_b\.sql.*\nApplied 2 migrations in .*\nTenant elm is ready: created the schema elm, applied 2 migrations\n$/,
    );
    expect((await db.query('SELECT FROM elm.a')).rowCount).toBe(0);
    expect((await type('provision', 'elm', '--dry-run')).stdout).toBe(
      'Nothing to do: tenant elm has all migrations.\n',
    );
    expect(objectOf(await type('provision', 'elm', '--json'))).toMatchObject({
      dryRun: false,
      createdSchema: false,
      run: { applied: [], alreadyApplied: 2 },
    });
  });

  test('takes the schema of a tenant that is not on the list', async () => {
    const { code, stderr } = await type('provision', 'elm-park', '--schema', 'elm_park');
    const note = 'Tenant elm-park is not on the list of tenants, so no rollout will migrate it.\n';
    expect({ code, stderr }).toEqual({ code: 0, stderr: note });
    expect(await schemas()).toEqual(['elm_park']);
    expect(await rowsOf('elm-park')).toBe(2);
  });

  test('leaves nothing behind if a file fails', async () => {
    await enrol('elm');
    await write({ 'schools/003_c.sql': 'SELECT 1 / 0;' });
    const { code, stdout } = await type('provision', 'elm', '--json');
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
      code: 1,
      error: { code: 'MIGRATION_FAILED', file: '003_c.sql' },
    });
    expect(await schemas()).toEqual([]);
  });

  test('shows in a dry run why it would be refused', async () => {
    await type('provision', 'elm-park', '--schema', 'elm_park');
    const taken = await type('provision', 'oak', '--schema', 'elm_park', '--dry-run');
    expect(taken).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^Provisioning oak would be refused:\n {2}/),
    });
    expect(taken.stdout).toContain('[TENANT_SCHEMA_TAKEN]');
    expect((await type('provision', 'oak', '--schema', 'elm_park')).stderr).toContain('[TENANT_SCHEMA_TAKEN]');
  });

  test('suggests commands for its tenant, not for the shared files', async () => {
    await enrol('elm');
    await type('provision', 'elm');
    await write({ 'schools/001_a.sql': 'CREATE TABLE a (id bigint);' });
    const { stdout, stderr } = await type('provision', 'elm', '--policy', 'changed=fail', '--json');
    const command = 'nest-migrations accept 001_a.sql --tenant elm --policy changed=fail';
    expect(stderr).toContain(`\`${command}\``);
    expect(stdout).toContain(JSON.stringify(command));
  });

  test.each<[string[], string]>([
    [
      ['ellm'],
      'no tenant is named "ellm"; did you mean "elm"?; give the schema of a tenant that is not on the list with --schema',
    ],
    [['elm', '--schema', 'other'], 'error: tenant elm is on the list with the schema elm, not other'],
    [['oak', '--schema', 'elm'], 'error: the schema elm belongs to the tenant elm'],
    [['o k', '--schema', 'oak'], 'use letters, digits and'],
    [['oak', '--schema', 'shared'], 'shared'],
  ])('is refused for %j', async (words, message) => {
    await enrol('elm');
    for (const command of ['provision', 'deprovision'])
      expect(await type(command, ...words)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});

describe('deprovision', () => {
  test('shows what it would remove, and removes it once confirmed, with a reason', async () => {
    await type('provision', 'elm-park', '--schema', 'elm_park');
    const own = ['deprovision', 'elm-park', '--schema', 'elm_park', '--drop-schema'];
    const plan = 'This would remove 2 rows of history, and drop the schema elm_park with everything in it.\n';
    expect(await type(...own, '--dry-run')).toMatchObject({ code: 0, stdout: plan, stderr: '' });
    const unconfirmed = await type(...own);
    expect(unconfirmed).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(plan) });
    expect(unconfirmed.stderr).toContain(`nest-migrations ${own.join(' ')} --yes`);
    expect(await schemas()).toEqual(['elm_park']);
    const done = await type(...own, '--yes', '--reason', 'closed', '--json');
    expect(objectOf(done)).toEqual({ dryRun: false, tenant: 'elm-park', removedRows: 2, droppedSchema: 'elm_park' });
    expect([await schemas(), await rowsOf('elm-park')]).toEqual([[], 0]);
    const audit = await db.query(`SELECT reason FROM shared.schema_migrations_audit WHERE action = 'deprovision'`);
    expect(audit.rows).toEqual([{ reason: 'closed' }]);
  });

  test.each<[string, string[]]>([
    ['', []],
    [' in a dry run', ['--dry-run']],
  ])('does not drop a schema that nothing shows to be the tenant’s%s', async (_, words) => {
    await db.query('CREATE SCHEMA oak; CREATE TABLE oak.invoices ()');
    const refused = await type('deprovision', 'oka', '--schema', 'oak', '--drop-schema', '--yes', ...words);
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('[TENANT_SCHEMA_KEPT]') });
    expect((await db.query('SELECT FROM oak.invoices')).rowCount).toBe(0);
    await db.query('DROP SCHEMA oak CASCADE');
  });

  test('suggests to unlock its tenant, not the shared files; a dry run needs no lock', async () => {
    await enrol('elm');
    await type('provision', 'elm');
    const key = lockKeySql({ schema: 'shared', table: 'schema_migrations', tenant: 'elm' });
    await withClient(db.connectionString, async (client) => {
      await client.query(`SELECT pg_advisory_lock(${key})`);
      const { code, stderr } = await type('deprovision', 'elm', '--yes');
      expect(code).toBe(7);
      expect(stderr).toContain('`nest-migrations unlock --force --tenant elm`');
      expect((await type('deprovision', 'elm', '--dry-run')).code).toBe(0);
    });
    expect(await rowsOf('elm')).toBe(2);
  });

  test('keeps the schema unless told to drop it, and says that the tenant is still on the list', async () => {
    await enrol('elm');
    await type('provision', 'elm');
    const { code, stdout, stderr } = await type('deprovision', 'elm', '--yes');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Tenant elm: removed 2 rows of history\n' });
    expect(stderr).toContain('still on the list');
    expect(await schemas()).toEqual(['elm']);
  });

  const withPty = testIf(process.platform === 'linux', 'needs script from util-linux');
  withPty('asks for the name of the tenant at a terminal', async () => {
    await enrol('elm');
    await type('provision', 'elm');
    const declined = await answer(String.raw`y\n`);
    expect(declined).toMatchObject({ code: 1, stdout: expect.stringContaining('To proceed, type elm: ') });
    expect(await schemas()).toEqual(['elm']);
    expect(await answer(String.raw`elm\n`)).toMatchObject({ code: 0 });
    expect(await schemas()).toEqual([]);
  });
});
