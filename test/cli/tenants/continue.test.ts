import { describe, expect, test } from '@jest/globals';
import { until } from '../../support/jest/until.js';
import { objectOf } from '../command-line.js';
import { isMarked, lockTenant, waitingForLock } from './locked.js';
import { NOWHERE, useTwoDatabases } from './two-databases.js';

const { db, other, type, start, list, oak, write } = useTwoDatabases('cli_continue');

const ash = { name: 'ash', schema: 'ash', connectionString: NOWHERE };

/** The schools `elm` and `fir`, next to the shared files, `oak`, whose database is its own, and `ash`, which cannot be reached. */
async function listFour(): Promise<void> {
  await db.query('CREATE SCHEMA fir');
  await list({ name: 'elm', schema: 'elm' }, { name: 'fir', schema: 'fir' }, oak(), ash);
}

describe('a tenant that cannot log in', () => {
  test('does not keep others in its database from their turn, and has the error for itself', async () => {
    const wrong = new URL(db.connectionString);
    wrong.username = 'nobody_of_this_name';
    const right = { schema: 'elm', connectionString: db.connectionString };
    await list({ ...right, name: 'bad', connectionString: wrong.href, schema: 'bad' }, { ...right, name: 'elm' });
    const { code, stdout } = await type('mark', '001_a.sql', '--all', '--yes', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      tenants: [{ tenant: 'elm', files: ['001_a.sql'] }],
      failed: [{ tenant: 'bad', error: { code: 'CONNECTION_REFUSED' } }],
    });
    const shown = await type('history', '--all');
    expect(shown).toMatchObject({ code: 1, stdout: expect.stringMatching(/^elm:\n[^]*\n1 tenant \(bad\) could not/) });
  });

  test('whose session ends does not keep others from their turn', async () => {
    await listFour();
    const [unlockElm, unlockFir] = [await lockTenant(db, 'elm'), await lockTenant(db, 'fir')];
    const run = start('mark', '001_a.sql', '--all', '--yes', '--json');
    let waiting: number | undefined;
    await until(async () => {
      [waiting] = await waitingForLock(db);
      return waiting !== undefined && (await isMarked(other)); // by then, only `elm` waits
    });
    await db.query(`SELECT pg_terminate_backend(${waiting})`);
    await unlockFir();
    const { stdout } = await run.ended;
    await unlockElm();
    expect(JSON.parse(stdout)).toMatchObject({
      tenants: [{ tenant: 'fir' }, { tenant: 'oak' }],
      failed: [
        { tenant: 'ash', error: { code: 'UNREACHABLE' } },
        { tenant: 'elm', error: { code: 'CONNECTION_LOST' } },
      ],
    });
  });
});

describe('a change that fails for all tenants that are left', () => {
  test('still names them and those that failed before', async () => {
    await listFour();
    await type('mark', '001_a.sql', '--tenant', 'elm', '--tenant', 'fir', '--yes');
    const unlock = await lockTenant(other);
    const words = ['mark', '001_a.sql', '--all', '--yes', '--migration-lock-timeout', '0'];
    const { code, stdout } = await type(...words);
    const json = objectOf(await type(...words, '--json'));
    const single = await type('mark', '001_a.sql', '--tenant', 'oak', '--yes', '--migration-lock-timeout', '0');
    await unlock();
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^1 tenant \(ash\) could not be changed:\n[^]*\n1 tenant \(oak\) could not be changed:\n {2}Waited [^]*`nest-migrations unlock --force --tenant oak [^]*\nTo continue, run the same command/,
    );
    expect(json).toMatchObject({ failed: [{ tenant: 'ash' }, { tenant: 'oak', error: { code: 'LOCK_TIMEOUT' } }] });
    expect(single).toMatchObject({
      code: 7,
      stdout: '',
      stderr: expect.stringContaining('unlock --force --tenant oak'),
    });
  });
});

describe('what must not be made twice', () => {
  test('is continued with the tenants that are left, also when the others no longer have the row', async () => {
    await listFour();
    await type('mark', '002_b.sql', '--tenant', 'elm', '--tenant', 'fir', '--tenant', 'oak', '--yes');
    const first = await type('unmark', '002_b.sql', '--all', '--yes');
    const next = '  nest-migrations unmark 002_b.sql --tenant ash --yes\n';
    expect(first).toMatchObject({ code: 1, stdout: expect.stringContaining('3 tenants (elm, fir, oak):\n  Removed') });
    expect(first.stdout).toMatch(new RegExp(`\nTo continue with the other tenants, run:\n${next}$`));
    const again = await type('unmark', '002_b.sql', '--all', '--yes');
    expect(again.code).toBe(1);
    expect(again.stdout).toMatch(
      /^2 tenants \(elm, fir\) left out:\n {2}There is no row 002_b.sql in shared.schema_migrations_tenants. .*\n1 tenant \(oak\) left out:\n.*\n1 tenant \(ash\) cannot be changed:\n/,
    );
    expect(again.stdout).toContain(next);
    expect(objectOf(await type('unmark', '002_b.sql', '--all', '--yes', '--json'))).toMatchObject({
      tenants: [],
      failed: [{ tenant: 'ash' }],
      commands: ['nest-migrations unmark 002_b.sql --tenant ash --yes --json'],
    });
  });
});

describe('no command continues', () => {
  test('a change of a file or version that no tenant has', async () => {
    await listFour();
    const { code, stdout } = await type('baseline', '099', '--all');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^3 tenants \(elm, fir, oak\) left out:\n.*099[^]*\n1 tenant \(ash\) cannot be changed:/);
    expect(stdout).not.toContain('To continue');
  });

  test('a change of catalogs, which tenants do not have', async () => {
    for (const words of [['--catalog'], ['--object', 'table a']])
      expect(await type('accept', ...words, '--all')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`${words[0]} does not work with tenants: their catalogs are not recorded`),
      });
  });

  test('work on an empty list', async () => {
    await list();
    for (const words of [['mark', '001_a.sql'], ['import', 'goose'], ['history']])
      expect(await type(...words, '--all')).toMatchObject({ code: 0, stdout: 'No tenants are listed.\n' });
    expect((await type('doctor', '--all')).stdout).toMatch(/\nwarning +tenants +The list names 0 tenants/);
  });
});

describe('failures that differ in names only', () => {
  test('are shown once, with the flag that helps', async () => {
    await listFour();
    const { code, stdout } = await type('import', 'goose', '--tenant', 'elm', '--tenant', 'fir');
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(
        /^2 tenants \(elm, fir\) cannot be changed:\n {2}The table "elm"\."goose_db_version" .* with `--from-table <table>`\. \[HISTORY_TABLE\]\n$/,
      ),
    });
    await write({ 'migrations.config.json': '{}' });
    expect((await type('import', 'goose')).stderr).toContain('`--from-table <table>`');
  });
});
