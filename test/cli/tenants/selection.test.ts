import { expect, test } from '@jest/globals';
import { useSchools } from './schools.js';

const { type, open } = useSchools('cli_selection');

test.each([
  ['verify', '--all', 'nest-migrations drift --all --schema'],
  ['config', '--tenant', 'nest-migrations status --all --json'],
  ['lint', '--group', 'those of all tenants'],
])('%s refuses %s, and says what to do instead', async (command, flag, instead) => {
  const { code, stderr } = await type(command, flag, 'elm');
  expect(code).toBe(2);
  expect(stderr).toMatch(new RegExp(`^error: unknown option '${flag}'\\n(?:.*\\n)?.*${instead}`));
});

test('commands on the shared files say that tenants are not included', async () => {
  await open('elm');
  for (const command of ['check', 'pending', 'plan', 'status'])
    expect(await type(command)).toMatchObject({
      code: 0,
      stderr: 'Tenants are not included: select them with --all, --group or --tenant.\n',
    });
});
