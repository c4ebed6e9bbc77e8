import { describe, expect, test } from '@jest/globals';
import { objectOf } from '../command-line.js';
import { useSchools } from './schools.js';

const { db, type, write, open } = useSchools('cli_tenant_changes');

const edited = async (): Promise<void> => {
  await type('migrate', '--all');
  await write({ 'schools/001_a.sql': 'CREATE TABLE a (id bigint);' });
};

/** The schemas get new OIDs, as a restore does; the names stay. */
const restore = async (...names: string[]): Promise<void> => {
  for (const name of names)
    await db.query(
      `ALTER SCHEMA ${name} RENAME TO old_${name}; CREATE SCHEMA ${name}; CREATE TABLE ${name}.a (id int)`,
    );
};

describe('accept', () => {
  test('shows a change once for all tenants, needs a confirmation, and is made for each of them', async () => {
    await open('elm', 'oak');
    await edited();
    await open('yew');
    const unconfirmed = await type('accept', '001_a.sql', '--all');
    expect(unconfirmed).toMatchObject({ code: 2, stdout: '' });
    expect(unconfirmed.stderr).toMatch(
      /^2 tenants \(elm, oak\):\n {2}This would make 1 change to the history:\n {4}001_a\.sql: checksum \w+… → \w+…\nNothing was changed, .*\n {2}nest-migrations accept 001_a\.sql --all --yes\n$/,
    );
    const { code, stdout } = await type('accept', '001_a.sql', '--all', '--yes', '--reason', 'a wider key', '--json');
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
      code: 0,
      dryRun: false,
      tenants: [
        { tenant: 'elm', changes: [{ kind: 'checksum', file: '001_a.sql' }] },
        { tenant: 'oak', changes: [{}] },
      ],
    });
    expect(await type('drift', '--tenant', 'oak')).toMatchObject({ code: 0 });
    expect(objectOf(await type('history', '--audit', '--tenant', 'oak', '--json'))).toMatchObject({
      tenants: [{ entries: [{ action: 'migrate' }, { action: 'accept', reason: 'a wider key' }] }],
    });
    expect(await type('accept', '--all')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing to accept'),
    });
  });

  test('is what a finding of a tenant suggests, for this tenant', async () => {
    await open('elm', 'oak');
    await edited();
    const { stdout } = await type('drift', '--tenant', 'oak');
    expect(stdout).toContain('`nest-migrations accept 001_a.sql --tenant oak`');
    const json = objectOf(await type('drift', '--all', '--json')) as {
      groups: { findings: { commands: string[] }[] }[];
    };
    expect(json.groups[0]?.findings[0]?.commands).toContain('nest-migrations accept 001_a.sql --tenant elm');
  });
});

describe('other changes', () => {
  test('work on a tenant: mark, unmark, baseline, repair and unlock', async () => {
    await open('elm', 'oak');
    expect(await type('baseline', '001', '--tenant', 'elm', '--yes')).toMatchObject({
      code: 0,
      stdout: '1 tenant (elm):\n  Recorded 1 migration as applied, without running anything:\n    001_a.sql\n',
    });
    expect(await type('mark', '002_b.sql', '--tenant', 'elm', '--yes')).toMatchObject({ code: 0 });
    expect(await type('status', '--tenant', 'elm')).toMatchObject({ stdout: '1 of 1 tenants current\n' });
    expect(objectOf(await type('unmark', '001_a.sql', '--tenant', 'elm', '--dry-run', '--json'))).toEqual({
      dryRun: true,
      tenants: [{ tenant: 'elm', files: ['001_a.sql'] }],
      failed: [],
      notReached: [],
      commands: [],
    });
    expect(await type('repair', '--tenant', 'elm')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing to repair'),
    });
    expect(await type('unlock', '--tenant', 'elm')).toMatchObject({ code: 0, stdout: 'The migration lock is free.\n' });
    expect(await type('unlock', '--all')).toMatchObject({ code: 2, stderr: expect.stringContaining('one tenant') });
    const { rows } = await db.query('SELECT DISTINCT tenant FROM shared.schema_migrations_tenants');
    expect(rows).toEqual([{ tenant: 'elm' }]);
  });
});

describe('adopt', () => {
  test('is what a refused rollout suggests; it shows what it would do, and records the reason', async () => {
    await open('elm', 'oak');
    await type('migrate', '--all');
    await restore('elm', 'oak');
    const refused = await type('migrate', '--all', '--json');
    expect(refused.code).toBe(1);
    expect(objectOf(refused)).toMatchObject({
      error: { code: 'REFUSED', findings: [{ code: 'TENANTS_MOVED', commands: ['nest-migrations adopt --all'] }] },
    });
    const unconfirmed = await type('adopt', '--all');
    expect(unconfirmed.code).toBe(2);
    expect(unconfirmed.stderr).toMatch(
      /^This would take over the histories of 2 tenants:\n {2}elm: "elm" \(OID \d+\) → "elm" \(OID \d+\)\n {2}oak: .*\nNothing was changed, .*\n {2}nest-migrations adopt --all --yes\n$/,
    );
    expect(objectOf(await type('adopt', '--all', '--dry-run', '--json'))).toEqual({
      dryRun: true,
      tenants: ['elm', 'oak'],
      failed: [],
    });
    expect((await type('status', '--all')).stdout).toContain('`nest-migrations adopt --tenant elm`');
    expect(await type('adopt', '--all', '--yes', '--reason', 'restored')).toMatchObject({
      code: 0,
      stdout: 'Took over the histories of 2 tenants:\n  elm\n  oak\n',
    });
    const { rows } = await db.query(`SELECT reason FROM shared.schema_migrations_audit WHERE action = 'adopt'`);
    expect(rows).toEqual([{ reason: 'restored' }, { reason: 'restored' }]);
    expect(await type('migrate', '--all')).toMatchObject({ code: 0 });
    expect(await type('adopt', '--all')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing to take over'),
    });
  });

  test('needs a selection', async () => {
    expect(await type('adopt')).toMatchObject({
      code: 2,
      stderr: 'error: select the tenants with --all, --group or --tenant\n',
    });
  });
});
