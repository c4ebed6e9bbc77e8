import { describe, expect, test } from '@jest/globals';
import { objectOf } from '../command-line.js';
import { useSchools } from './schools.js';

const { db, type, write, open } = useSchools('cli_tenants', { rollout: { stopAfter: '100%' } });

describe('status', () => {
  test('shows the tenants that are not current, and a summary', async () => {
    await open('elm', 'oak');
    await type('migrate', '--all');
    await open('yew');
    const { code, stdout, stderr } = await type('status', '--all');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      'behind: 1 tenant (yew)\n  001_a.sql is pending\n  002_b.sql is pending\n2 of 3 tenants current, 1 behind\n',
    );
    expect(await type('status', '--all', '--exit-code')).toMatchObject({ code: 4 });
    expect(await type('status', '--tenant', 'oak', '--exit-code')).toMatchObject({
      code: 0,
      stdout: '1 of 1 tenants current\n',
    });
    expect(objectOf(await type('status', '--all', '--json'))).toMatchObject({
      tenants: [
        { tenant: 'elm', state: 'current', pending: [] },
        { tenant: 'oak' },
        { tenant: 'yew', group: null, state: 'behind', pending: ['001_a.sql', '002_b.sql'], failed: [], error: null },
      ],
      counts: { current: 2, behind: 1 },
    });
  });

  test('shows tenants in the same state once, and exits with 1 if one failed or has no schema', async () => {
    await open('elm', 'fir', 'oak');
    await db.query(`UPDATE shared.schools SET broken = true WHERE name <> 'oak'`);
    await type('migrate', '--all');
    await db.query(`INSERT INTO shared.schools VALUES ('yew')`);
    const { code, stdout } = await type('status', '--all');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^failed: 2 tenants \(elm, fir\)\n {2}002_b\.sql failed: out of chalk \(SQLSTATE P0001\).*\nwithout a schema: 1 tenant \(yew\)\n(?: {2}.*\n){3}1 of 4 tenants current, 2 failed, 1 without a schema\n$/,
    );
    expect(stdout).toContain('Tenant yew has no schema: "yew" does not exist.');
    expect(objectOf(await type('status', '--tenant', 'elm', '--json'))).toMatchObject({
      tenants: [
        { failed: ['002_b.sql'], errors: { '002_b.sql': expect.stringMatching(/^out of chalk/) }, error: null },
      ],
    });
  });

  test('shows tenants with different errors apart, and says of a file that is running that it has not finished', async () => {
    await open('elm', 'fir', 'oak');
    await db.query('UPDATE shared.schools SET broken = true');
    await type('migrate', '--all');
    await db.query(`UPDATE shared.schema_migrations_tenants SET error_message = 'no ink in ' || tenant
      WHERE tenant <> 'elm' AND migration_file = '002_b.sql'`);
    expect((await type('status', '--all')).stdout).toMatch(
      /^failed: 1 tenant \(elm\)\n {2}002_b\.sql failed: out of chalk.*\nfailed: 2 tenants \(fir, oak\)\n {2}002_b\.sql failed: no ink in fir\n0 of 3/,
    );
    expect((await type('check', '--all', '--format', 'github', '--lint', 'off')).stdout).toContain(
      '::2 tenants (fir, oak): 002_b.sql failed: no ink in fir\n',
    );
    expect((await type('pending', '--all')).stdout).toBe('3 tenants (elm, fir, oak):\n  002_b.sql (failed)\n');
    await db.query(`UPDATE shared.schema_migrations_tenants SET running = true WHERE migration_file = '002_b.sql'`);
    expect((await type('status', '--all')).stdout).toMatch(
      /^failed: 3 tenants \(.*\)\n {2}002_b\.sql has not finished\n/,
    );
  });
});

describe('plan', () => {
  test('shows the plan of the shared files, and one for all tenants in the same state', async () => {
    await open('elm', 'fir');
    await type('migrate', '--tenant', 'elm');
    await open('oak');
    await write({ 'schools/003_c.sql': 'ALTER TABLE a ADD COLUMN note text;' });
    const { code, stdout, stderr } = await type('plan', '--all');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      [
        'Shared files:',
        '  Nothing is pending',
        '1 tenant (elm):',
        '  003_c.sql: transactional',
        '    line 1: ACCESS EXCLUSIVE on elm.a, blocks reads and writes',
        '2 tenants (fir, oak):',
        '  001_a.sql: transactional',
        '  002_b.sql: transactional',
        '  003_c.sql: transactional',
        '0 of 3 tenants current, 3 behind\n',
      ].join('\n'),
    );
    expect(objectOf(await type('migrate', '--all', '--dry-run', '--json'))).toMatchObject({
      shared: { migrations: [] },
      plans: [
        { tenants: ['elm'], state: 'behind', plan: { migrations: [{ file: '003_c.sql' }] }, error: null },
        { tenants: ['fir', 'oak'], plan: { migrations: [{}, {}, {}] } },
      ],
      counts: { behind: 3 },
    });
    const rehearsed = await type('plan', '--all', '--rehearse', '--json');
    expect(objectOf(rehearsed)).toMatchObject({ plans: [{ plan: { migrations: [{ outcome: 'rehearsed' }] } }, {}] });
  });

  test('exits with 1 if a rollout would be refused', async () => {
    await open('elm');
    await write({ 'schools/003_c.sql': '\\gexec' });
    const { code, stdout } = await type('plan', '--all');
    expect(code).toBe(1);
    expect(stdout).toContain('1 tenant (elm):\n  A run would be refused:\n    - 003_c.sql:1:1 ');
  });
});

describe('history', () => {
  test('shows what ran for each tenant, and its audit', async () => {
    await open('elm', 'oak');
    await type('migrate', '--all');
    const { code, stdout, stderr } = await type('history', '--all');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^elm:\n[^]*│ 002_b\.sql │[^]*\n\noak:\n[^]*│ 002_b\.sql │/);
    expect(objectOf(await type('history', '--tenant', 'oak', '--json'))).toMatchObject({
      tenants: [{ tenant: 'oak', rows: [{ file: '001_a.sql', state: 'applied' }, { file: '002_b.sql' }] }],
    });
    expect(objectOf(await type('history', '--tenant', 'oak', '--audit', '--json'))).toMatchObject({
      tenants: [{ tenant: 'oak', entries: [{ action: 'migrate', details: { tenant: 'oak' } }] }],
    });
  });
});

describe('check', () => {
  test('exits with 4 if the shared files or a tenant are behind, 6 if lint finds an error, and 0 otherwise', async () => {
    await open('elm', 'oak');
    expect(await type('check', '--all')).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('behind: 2 tenants (elm, oak)\n  001_a.sql is pending\n'),
    });
    await type('migrate', '--all');
    expect(await type('check', '--all')).toMatchObject({
      code: 0,
      stdout: 'Shared files:\n  Nothing to do (1 applied)\n2 of 2 tenants current\n',
    });
    await write({ 'migrations/002_d.sql': 'CREATE TABLE d (id int);' });
    expect(await type('check', '--tenant', 'elm')).toMatchObject({ code: 4 });
    await write({ 'schools/003_c.sql': 'CREATE INDEX ON a (id);' });
    const json = await type('check', '--all', '--json', '--rule', 'create-index-without-concurrently=error');
    expect(json.code).toBe(6);
    expect(objectOf(json)).toMatchObject({
      exitCode: 6,
      shared: { exitCode: 4, open: [{ file: '002_d.sql' }] },
      tenants: [{ tenant: 'elm', state: 'behind', pending: ['003_c.sql'] }, { tenant: 'oak' }],
      diagnostics: [{ file: '003_c.sql' }],
    });
    expect((await type('check', '--all', '--format', 'github', '--lint', 'off')).stdout).toBe(
      '::notice file=migrations/002_d.sql,title=pending::002_d.sql is pending\n' +
        '::notice file=schools/003_c.sql,title=behind::2 tenants (elm, oak): 003_c.sql is pending\n',
    );
  });

  test('exits with 1 if a migration of a tenant has failed, and 5 on drift', async () => {
    await open('elm', 'oak');
    await type('migrate', '--tenant', 'oak');
    await write({ 'schools/001_a.sql': 'CREATE TABLE a (id bigint);' });
    expect(await type('check', '--all')).toMatchObject({ code: 5, stdout: expect.stringContaining('[CHANGED]') });
    await db.query('UPDATE shared.schools SET broken = true');
    await type('migrate', '--all');
    expect(await type('check', '--all')).toMatchObject({ code: 1 });
  });
});

describe('wait', () => {
  test('ends when another process has migrated the shared files and all tenants', async () => {
    await open('elm');
    await write({ 'migrations/002_d.sql': 'CREATE TABLE d (id int);' });
    const late = await type('wait', '--all', '--timeout', '0', '--json');
    expect(late.code).toBe(4);
    expect(objectOf(late)).toMatchObject({ error: { code: 'NOT_UP_TO_DATE', pending: ['002_d.sql'] } });
    await type('migrate');
    const waiting = type('wait', '--all', '--timeout', '60');
    await type('migrate', '--all');
    const { code, stdout } = await waiting;
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^(?:Waiting: tenant elm is behind\n)?Nothing is pending\n$/),
    });
  });

  test('names tenants in the same state together', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `s${i}`);
    await open(...names, 'elm', 'oak');
    await db.query(`UPDATE shared.schools SET broken = true WHERE name IN ('elm', 'oak')`);
    await type('migrate', '--tenant', 'elm', '--tenant', 'oak');
    const { code, stderr } = await type('wait', '--all', '--timeout', '0');
    expect(code).toBe(1);
    expect(stderr).toContain(
      ':\n  - 2 tenants have failed: elm, oak\n  - 12 tenants are behind: s0, s1, s10, s11, s2, s3, s4, s5, s6, s7 and 2 more\nMigrate first',
    );
    expect((await type('wait', '--tenant', 's3', '--timeout', '0')).stderr).toContain('\n  - tenant s3 is behind\n');
  });

  test('is refused at once if a tenant has no schema', async () => {
    await db.query(`INSERT INTO shared.schools VALUES ('yew')`);
    const { code, stderr } = await type('wait', '--all', '--timeout', '60');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Tenant yew has no schema') });
  });
});

test('wait calls a tenant whose database cannot be reached not pending, but waits for it', async () => {
  await open('elm');
  await type('migrate', '--all');
  const far = { name: 'far', schema: 'far', connectionString: 'postgresql://127.0.0.1:1/far' };
  const tenants = { directory: 'schools', list: [{ name: 'elm', schema: 'elm' }, far] };
  await write({ 'migrations.config.json': JSON.stringify({ tenants }) });
  expect(await type('wait', '--all', '--timeout', '1')).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/^Waiting: The database cannot be reached.*\n$/),
  });
});

test('a database that cannot be reached is not taken for a faulty list', async () => {
  const tenants = { directory: 'schools', list: 'SELECT name FROM shared.schools', sharedFiles: false };
  await write({ 'migrations.config.json': JSON.stringify({ tenants }) });
  const unreachable = ['--database-url', 'postgresql://127.0.0.1:1/schools'];
  for (const command of ['status', 'check', 'plan', 'migrate'])
    expect(objectOf(await type(command, '--all', '--json', ...unreachable))).toMatchObject({
      error: { code: 'UNREACHABLE' },
    });
  expect(await type('wait', '--all', '--timeout', '1', ...unreachable)).toMatchObject({
    code: 3,
    stdout: expect.stringContaining('Waiting: The database cannot be reached'),
  });
});
