import { describe, expect, test } from '@jest/globals';
import { useSchools } from './schools.js';

const { db, type, write, open } = useSchools('cli_scripts');

describe('plan --all --sql', () => {
  test('prints one script, in which SQL is exact and everything else is a comment', async () => {
    await open('elm', 'oak');
    await type('migrate', '--all');
    await write({ 'schools/003_c.sql': "COMMENT ON TABLE a IS 'two\nlines';" });
    const { code, stdout, stderr } = await type('plan', '--all', '--sql');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      '-- Shared files:\n-- Nothing is pending\n-- 2 tenants (elm, oak), written for elm:\n-- 003_c.sql: transactional\nBEGIN;\n',
    );
    expect(stdout).toMatch(/^-- 0 of 2 tenants current, 2 behind\n$/m);
    await db.query(stdout);
    expect((await db.query(`SELECT obj_description('elm.a'::regclass) AS text`)).rows).toEqual([
      { text: 'two\nlines' },
    ]);
  });

  test('prints a refusal as a comment', async () => {
    await open('elm');
    await write({ 'schools/003_c.sql': '\\gexec' });
    const { code, stdout } = await type('plan', '--all', '--sql');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^(?:-- .*\n)+$/);
    expect(stdout).toContain('-- A run would be refused:\n--   - 003_c.sql:1:1 ');
  });
});
