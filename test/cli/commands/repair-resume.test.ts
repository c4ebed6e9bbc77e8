import { expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import type { ProcessResult } from '../../support/programs/process.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { run } from '../command-line.js';
import { expectSchema } from '../schemas.js';

const db = useEmptyDatabase('cli_resume');
const migrations = useMigrations({
  '1.sql': '-- no-transaction\nSELECT 1;\nSELECT 2;\nSELECT 1/0;\nSELECT 4;\n',
});
const typed = (...args: string[]): Promise<ProcessResult> =>
  run([...args, '--dir', migrations.directory], { env: { DATABASE_URL: db.connectionString } });

test('repair --resume shows the statement to continue with, and takes the placeholders that the file needs', async () => {
  expect(await typed('migrate')).toMatchObject({ code: 1 });
  await writeFile(
    join(migrations.directory, '1.sql'),
    `-- no-transaction\nSELECT 2;\nSELECT 3;\nSELECT\n  '{{tenant}}';\n`,
  );
  const resume = ['repair', '--resume', '1.sql', '--placeholder', 'other=1'];
  const missing = await typed(...resume, '--dry-run');
  expect(missing.code).not.toBe(0);
  expect(missing.stderr).toContain('`--placeholder tenant=<value>`');

  const given = [...resume, '--placeholder', 'tenant=hunter2'];
  expect(await typed(...given, '--dry-run')).toMatchObject({
    code: 0,
    stdout: `This would make 1 change to the history:
  1.sql continues after its finished steps: 2 of 4 steps → 2 of 3 steps
    with this statement, on line 4:
      SELECT
        '{{tenant}}'
    warning: the file now has 3 steps instead of 4: check that the statement shown is the one to continue with
`,
  });
  const unconfirmed = await typed(...given);
  expect(unconfirmed.stderr).toContain('with this statement, on line 4:');
  expect(unconfirmed.stderr).not.toContain('hunter2');
  const { stdout } = await typed(...given, '--yes', '--json');
  await expectSchema('repair', stdout);
  expect(JSON.parse(stdout)).toMatchObject({
    changes: [
      {
        next: { line: 4, statement: `SELECT\n  '{{tenant}}'` },
        warning: expect.stringContaining('3 steps instead of 4'),
      },
    ],
  });
});
