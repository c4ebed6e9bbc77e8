import { expect, test } from '@jest/globals';
import { objectOf } from '../command-line.js';
import { useSchools } from '../tenants/schools.js';

const { db, type, open } = useSchools('cli_audit');

test('history names the tenants in the audit of all, and shows that of one that was removed, but not of one that never was', async () => {
  await open('elm', 'oak');
  await type('migrate', '--all');
  await type('deprovision', 'oak', '--yes', '--reason', 'closed');
  await db.query(`DELETE FROM shared.schools WHERE name = 'oak'`);
  expect((await type('history', '--audit')).stdout).toMatch(
    /│ Action +│ Tenant │[^]*│ migrate +│ +│ [^]*│ migrate +│ elm +│[^]*│ deprovision +│ oak +│ \w+ +│ +│ closed +│/,
  );
  const { code, stdout } = await type('history', '--audit', '--tenant', 'oak', '--tenant', 'elm');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^elm:\n[^]*│ migrate [^]*\n\noak:\n[^]*│ 001_a\.sql [^]*│ deprovision /);
  expect(stdout).not.toContain('Tenant');
  expect(objectOf(await type('history', '--audit', '--tenant', 'oak', '--json'))).toMatchObject({
    tenants: [{ tenant: 'oak', entries: [{ action: 'migrate' }, { action: 'deprovision' }] }],
  });
  for (const flags of [
    ['--tenant', 'oak'],
    ['--audit', '--tenant', 'oka'],
  ]) {
    expect(await type('history', ...flags)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`no tenant is named "${flags.at(-1)}"`),
    });
  }
});
