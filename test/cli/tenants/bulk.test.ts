import { describe, expect, test } from '@jest/globals';
import { until } from '../../support/jest/until.js';
import { startCountingProxy } from '../../support/programs/counting-proxy.js';
import type { Proxy } from '../../../tools/proxy/proxy.js';
import { objectOf } from '../command-line.js';
import { expectSchema } from '../schemas.js';
import { isMarked, lockTenant, waitingForLock } from './locked.js';
import { useTwoDatabases } from './two-databases.js';

const { db, other, type, start, list, oak, write } = useTwoDatabases('cli_bulk');

/** The school `oak`, with a proxy in front of its database. */
async function oakBehindProxy() {
  const proxy = await startCountingProxy(other.connectionString);
  return { proxy, school: { ...oak(), connectionString: proxy.connectionString } };
}

const attemptsToLock = ({ messages }: Pick<Proxy, 'messages'>): number =>
  messages.filter((text) => text.includes('pg_try_advisory_lock')).length;

describe('a change of several tenants', () => {
  test('is made for those that can be read; the others are named before and after, with a command to continue', async () => {
    const unconfirmed = await type('mark', '001_a.sql', '--all');
    expect(unconfirmed).toMatchObject({ code: 2, stdout: '' });
    expect(unconfirmed.stderr).toMatch(
      /^2 tenants \(elm, oak\):\n {2}This would record 1 migration .*\n.*\n2 tenants \(fir, yew\) cannot be changed:\n {2}The database cannot be reached: /,
    );
    expect(await type('mark', '001_a.sql', '--all', '--dry-run')).toMatchObject({ code: 1 });
    const { code, stdout } = await type('mark', '001_a.sql', '--all', '--yes');
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^2 tenants \(elm, oak\):\n {2}Recorded 1 migration .*\n {4}001_a\.sql\n2 tenants \(fir, yew\) could not be changed:\n {2}The database cannot be reached: .*\nTo continue, run the same command: .*\n {2}nest-migrations mark 001_a\.sql --all --yes\n$/,
    );
    expect(objectOf(await type('mark', '001_a.sql', '--all', '--yes', '--json'))).toMatchObject({
      tenants: [
        { tenant: 'elm', files: [] },
        { tenant: 'oak', files: [] },
      ],
      failed: [{ tenant: 'fir', error: { code: 'UNREACHABLE' } }, { tenant: 'yew' }],
      notReached: [],
      commands: ['nest-migrations mark 001_a.sql --all --yes --json'],
    });
  });

  test('that fails for one of them is made for the others, and completed by the same command', async () => {
    await list(oak(), { name: 'elm', schema: 'elm' });
    const unlock = await lockTenant(other);
    const words = ['baseline', '002', '--all', '--yes', '--migration-lock-timeout', '0', '--json'];
    const first = await type(...words);
    await unlock();
    expect(first.code).toBe(1);
    const report = objectOf(first) as { commands: string[] };
    expect(report).toMatchObject({
      dryRun: false,
      tenants: [{ tenant: 'elm', files: ['001_a.sql', '002_b.sql'] }],
      failed: [{ tenant: 'oak', error: { code: 'LOCK_TIMEOUT' } }],
      notReached: [],
    });
    expect(report.commands).toEqual([`nest-migrations ${words.join(' ')}`]);
    expect(await type(...words)).toMatchObject({ code: 0 });
    expect(await type('status', '--all', '--exit-code')).toMatchObject({ code: 0 });
  });

  test('does not wait for one that is being migrated until all others have been changed', async () => {
    await list({ name: 'elm', schema: 'elm' }, oak());
    const unlock = await lockTenant(db, 'elm');
    const run = start('mark', '001_a.sql', '--all', '--yes', '--json');
    await until(async () => (await isMarked(other)) && (await waitingForLock(db)).length === 1);
    await unlock();
    const { code, stdout } = await run.ended;
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
      code: 0,
      tenants: [
        { tenant: 'elm', files: ['001_a.sql'] },
        { tenant: 'oak', files: ['001_a.sql'] },
      ],
      failed: [],
    });
  });

  test('waits for all that are being migrated together, not as long for each of them', async () => {
    const { proxy, school } = await oakBehindProxy();
    await list({ name: 'elm', schema: 'elm' }, school);
    const unlocks = [await lockTenant(db, 'elm'), await lockTenant(other)];
    const words = ['mark', '001_a.sql', '--all', '--yes', '--migration-lock-timeout', '1', '--json'];
    const json = objectOf(await type(...words)) as { failed: { tenant: string; error: { message: string } }[] };
    for (const unlock of unlocks) await unlock();
    expect(json.failed.map(({ tenant }) => tenant)).toEqual(['elm', 'oak']);
    for (const { error } of json.failed) expect(error.message).toMatch(/^Waited [1-9][\d.]* s for/);
    // Once before and once after the wait for the other one.
    expect(attemptsToLock(proxy)).toBe(2);
  });

  test('that a signal interrupts names the tenants that were changed, those that failed and those not reached', async () => {
    const { proxy, school } = await oakBehindProxy();
    await list({ name: 'elm', schema: 'elm' }, school, { name: 'ash', schema: 'ash' });
    await db.query('CREATE SCHEMA ash');
    const unlocks = [await lockTenant(other), await lockTenant(db, 'ash')];
    const run = start('mark', '001_a.sql', '--all', '--yes', '--json');
    await until(() => attemptsToLock(proxy) > 2); // it is waiting, after its first turn and that of the others
    run.kill('SIGTERM');
    const { signal, stdout } = await run.ended;
    for (const unlock of unlocks) await unlock();
    expect(signal).toBe('SIGTERM');
    await expectSchema('mark', stdout);
    expect(JSON.parse(stdout)).toMatchObject({
      tenants: [{ tenant: 'elm', files: ['001_a.sql'] }],
      failed: [{ tenant: 'oak', error: { code: 'INTERRUPTED' } }],
      notReached: ['ash'],
      commands: ['nest-migrations mark 001_a.sql --all --yes --json'],
    });
  });

  test('that is impossible for all of them for the same reason is that error', async () => {
    await list({ name: 'elm', schema: 'elm' }, oak());
    expect(await type('unmark', '009_x.sql', '--all', '--yes')).toMatchObject({ code: 1, stdout: '' });
    await write({ 'schools/002_b.sql': '' });
    expect(objectOf(await type('resolve', '001_a.sql', '--done', '--all', '--json'))).toMatchObject({
      error: { code: 'UNKNOWN_MIGRATION' },
    });
  });
});

describe('plan', () => {
  test('shows the error of a tenant that cannot be rehearsed, and what the others would do', async () => {
    await list(oak(), { name: 'elm', schema: 'elm' });
    await type('migrate', '--tenant', 'elm');
    await write({ 'schools/003_c.sql': 'CREATE TABLE c (id int);' });
    const unlock = await lockTenant(other);
    const words = ['plan', '--all', '--rehearse', '--migration-lock-timeout', '0'];
    const { code, stdout } = await type(...words);
    const json = await type(...words, '--json');
    await unlock();
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /\nbehind: 1 tenant \(oak\)\n[^]*\[LOCK_TIMEOUT\]\n1 tenant \(elm\):\n {2}003_c\.sql: \d+ ms\n/,
    );
    expect(objectOf(json)).toMatchObject({
      plans: [
        { tenants: ['oak'], plan: null, error: { code: 'LOCK_TIMEOUT' } },
        { tenants: ['elm'], plan: { migrations: [{ outcome: 'rehearsed' }] }, error: null },
      ],
    });
  });
});

/** What goose records: version 1 is applied. */
const gooseHistory = (schema: string): string =>
  `CREATE TABLE ${schema}.goose_db_version (id serial, version_id bigint, is_applied boolean, tstamp timestamp DEFAULT now());
   INSERT INTO ${schema}.goose_db_version (version_id, is_applied) VALUES (0, true), (1, true)`;

describe('import', () => {
  test('records what another tool has applied in the schema or database of each tenant', async () => {
    await list({ name: 'elm', schema: 'elm' }, oak(), { name: 'ash', schema: 'ash' });
    await db.query(`CREATE SCHEMA ash; ${gooseHistory('elm')}, (7, true)`);
    await other.query(gooseHistory('public'));
    const { code, stdout } = await type('import', 'goose', '--all', '--yes', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      tenants: [
        { tenant: 'elm', recorded: ['001_a.sql'], unmatched: ['version 7'] },
        { tenant: 'oak', recorded: ['001_a.sql'], unmatched: [] },
      ],
      failed: [{ tenant: 'ash', error: { code: 'HISTORY_TABLE', message: expect.stringContaining('"ash"') } }],
    });
    expect((await type('import', 'goose', '--tenant', 'elm')).stdout).toMatch(
      /^Nothing to import: .*\n {2}version 7: not recorded, because no file or more than one file matches it\n$/,
    );
    expect((await type('pending', '--tenant', 'elm')).stdout).toBe('1 tenant (elm):\n  002_b.sql (pending)\n');
  });
});
