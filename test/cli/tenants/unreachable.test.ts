import { describe, expect, test } from '@jest/globals';
import { objectOf, run } from '../command-line.js';
import { NOWHERE, useTwoDatabases } from './two-databases.js';

const { type, write, list, db, project } = useTwoDatabases('cli_unreachable');

const FAILED = ['fir', 'yew'].map((tenant) => ({ tenant, error: { code: 'UNREACHABLE' } }));
const LISTED =
  /\n\n?2 tenants \(fir, yew\) could not be read:\n {2}The database cannot be reached: .* \[UNREACHABLE\]\n$/;

describe('tenants whose database cannot be reached', () => {
  test('are named by history and pending, which show all others and exit with 1', async () => {
    expect(await type('pending', '--all')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /^2 tenants \(elm, oak\):\n {2}001_a\.sql \(pending\)\n {2}002_b\.sql \(pending\)\n/,
      ),
    });
    expect((await type('pending', '--all')).stdout).toMatch(LISTED);
    await type('migrate', '--group', 'near');
    const shown = await type('history', '--all');
    expect(shown).toMatchObject({ code: 1, stderr: '' });
    expect(shown.stdout).toMatch(/^elm:\n[^]*│ 002_b\.sql │[^]*\n\noak:\n[^]*│ 002_b\.sql │/);
    expect(shown.stdout).toMatch(LISTED);
    expect(objectOf(await type('history', '--all', '--json'))).toMatchObject({
      tenants: [{ tenant: 'elm', rows: [{ file: '001_a.sql' }, {}] }, { tenant: 'oak' }],
      failed: FAILED,
    });
    expect(objectOf(await type('history', '--all', '--audit', '--json'))).toMatchObject({ failed: FAILED });
    expect(objectOf(await type('pending', '--all', '--json'))).toMatchObject({
      tenants: [
        { tenant: 'elm', migrations: [] },
        { tenant: 'oak', migrations: [] },
      ],
      failed: FAILED,
    });
  });

  test('are the error itself if no tenant can be read', async () => {
    for (const command of ['history', 'pending'])
      for (const selection of [
        ['--tenant', 'fir'],
        ['--tenant', 'fir', '--tenant', 'yew'],
      ])
        expect(await type(command, ...selection)).toMatchObject({
          code: 3,
          stdout: '',
          stderr: expect.stringMatching(/^The database cannot be reached/),
        });
  });

  test('do not keep status, plan, check and drift from showing the others', async () => {
    const commands = { status: 'elm, oak', plan: 'elm, oak', check: 'elm, oak', drift: '[UNREACHABLE]' };
    for (const [command, others] of Object.entries(commands)) {
      const { code, stdout } = await type(command, '--all');
      expect({ command, code, stdout }).toEqual({ command, code: 1, stdout: expect.stringContaining('fir, yew') });
      expect(stdout).toContain(others);
    }
  });
});

describe('adopt', () => {
  test('names them, takes over the histories of the others, and does not exit with 0', async () => {
    await type('migrate', '--group', 'near');
    expect(await type('adopt', '--all')).toMatchObject({ code: 1, stdout: expect.stringMatching(LISTED) });
    await db.query(
      'ALTER SCHEMA elm RENAME TO before; CREATE SCHEMA elm; ALTER TABLE before.a SET SCHEMA elm; DROP SCHEMA before CASCADE',
    );
    const planned = await type('adopt', '--all', '--dry-run', '--json');
    expect(planned.code).toBe(1);
    expect(objectOf(planned)).toMatchObject({ dryRun: true, tenants: ['elm'], failed: FAILED });
    expect(await type('adopt', '--all', '--yes')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /^The database cannot be reached[^]*\nNot taken over: fir, yew\.\nTaken over before: elm\./,
      ),
    });
    expect(await type('adopt', '--group', 'near')).toMatchObject({ code: 0 });
  });
});

describe('pending', () => {
  test('shows the files once for all tenants with the same ones', async () => {
    expect(await type('pending', '--group', 'near')).toMatchObject({
      code: 0,
      stdout: '2 tenants (elm, oak):\n  001_a.sql (pending)\n  002_b.sql (pending)\n',
    });
    await write({ 'schools/002_b.sql': 'SELECT 1/0;' });
    await type('migrate', '--tenant', 'oak');
    expect((await type('pending', '--group', 'near')).stdout).toBe(
      '1 tenant (elm):\n  001_a.sql (pending)\n  002_b.sql (pending)\n1 tenant (oak):\n  002_b.sql (failed)\n',
    );
    await write({ 'schools/002_b.sql': 'SELECT 1;' });
    await type('migrate', '--group', 'near');
    expect(await type('pending', '--group', 'near')).toMatchObject({ code: 0, stdout: 'Nothing is pending\n' });
  });

  test('shows shared files too, and tenants for which nothing would run', async () => {
    await type('migrate', '--group', 'near');
    await write({ 'migrations/002_more.sql': 'SELECT 1;' });
    expect(await type('pending', '--group', 'near')).toMatchObject({
      code: 0,
      stdout: 'Shared files:\n  002_more.sql (pending)\n',
    });
    await db.query('DROP SCHEMA elm CASCADE; CREATE SCHEMA elm; CREATE TABLE elm.x ()');
    await list({ name: 'elm', schema: 'elm' }, { name: 'ash', schema: 'ash' });
    const { code, stdout } = await type('pending', '--all');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /\n1 tenant \(elm\), for which nothing would run:\n {2}.*\[TENANT_SCHEMA_REPLACED\]\n1 tenant \(ash\), for which nothing would run:\n {2}001_a\.sql \(pending\)\n {2}002_b\.sql \(pending\)\n {2}.*\[TENANT_SCHEMA_MISSING\]\n$/,
    );
    expect(objectOf(await type('pending', '--all', '--json'))).toMatchObject({
      shared: [{ file: '002_more.sql', state: 'pending' }],
      tenants: [],
      failed: [{ tenant: 'elm', error: { code: 'REFUSED' } }, { tenant: 'ash' }],
    });
  });
});

describe('doctor', () => {
  test('checks the shared files, and the files, databases and schemas of tenants', async () => {
    expect(await type('doctor', '--group', 'near')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^ok +directory [^]*\nTenants:\nok +directory .*schools has 2 migrations\.\nok +tenants +The list names 2 tenants in 2 databases\.\n1 tenant \(oak\):\n {2}ok +connection [^]*\n0 errors, \d warnings?\n$/,
      ),
    });
    await db.query('DROP SCHEMA elm');
    const { code, stdout } = await type('doctor', '--all', '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      exitCode: 3,
      checks: expect.arrayContaining([expect.objectContaining({ area: 'directory', level: 'ok' })]),
      tenants: [
        { tenants: [], checks: [{ area: 'directory' }, { area: 'tenants', level: 'ok' }] },
        { tenants: ['fir', 'yew'], checks: [{ area: 'connection', level: 'error', code: 'UNREACHABLE' }] },
        { tenants: ['oak'], checks: expect.any(Array) },
        { tenants: ['elm'], checks: [{ area: 'tenants', level: 'error', code: 'TENANT_SCHEMA_MISSING' }] },
      ],
    });
  });

  test('says why the state of no tenant can be read', async () => {
    await type('migrate', '--group', 'near');
    await db.query('ALTER TABLE shared.schema_migrations_tenants RENAME COLUMN tenant TO school');
    await list({ name: 'elm', schema: 'elm' });
    const { code, stdout } = await type('doctor', '--all');
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nTenants:\n[^]*\nerror +tenants +.*schema_migrations_tenants/);
  });

  test('does not pass if only the application cannot connect', async () => {
    const wrong = new URL(db.connectionString);
    wrong.pathname = '/nowhere';
    const tenants = { directory: 'schools', sharedFiles: false, list: [{ name: 'elm', schema: 'elm' }] };
    const config = { connectionString: wrong.href, migrateWith: { connectionString: db.connectionString }, tenants };
    await write({ 'migrations.config.json': JSON.stringify(config) });
    const { code, stdout } = await run(['doctor', '--all'], { cwd: project() });
    expect({ code, stdout }).toEqual({
      code: 3,
      stdout: expect.stringMatching(/\nTenants:\n[^]*\nerror +connection +.*nowhere[^]*\n1 error, \d warnings?\n$/),
    });
    expect(stdout).toMatch(/^ok +connection /);
  });

  test('says why the list or the files of tenants cannot be used', async () => {
    await list({ name: 'elm' }, { name: 'far', connectionString: NOWHERE });
    await write({ 'schools/003_c d.txt.sql': '' });
    expect(objectOf(await type('doctor', '--all', '--json'))).toMatchObject({
      exitCode: 1,
      tenants: [
        { tenants: [], checks: expect.arrayContaining([expect.objectContaining({ code: 'INVALID_TENANTS' })]) },
      ],
    });
  });
});
