import { expect, test } from '@jest/globals';
import { run } from '../cli/command-line.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { codeBlocks } from '../support/files/code-blocks.js';
import { tempDirectory } from '../support/files/temp-directory.js';
import { writeFiles } from '../support/files/write-files.js';
import type { ProcessResult } from '../support/programs/process.js';

const DOCUMENT = 'docs/recipes/existing-tenants.md';
const db = useEmptyDatabase('existing_tenants');
const SCHOOLS = ['ash', 'elm', 'oak'];
const FILES = {
  'migrations/tenants/001_courses.sql': 'CREATE TABLE IF NOT EXISTS {{schema}}.courses (id int);',
  'migrations/tenants/002_pupils.sql': 'CREATE TABLE IF NOT EXISTS pupils (id int);',
};

/** What the loop has left behind. It failed at the last file of the school `oak`. */
async function applyByLoop(): Promise<void> {
  await db.query('CREATE SCHEMA shared; CREATE TABLE shared.schools (name text, schema_name text)');
  for (const school of SCHOOLS) {
    await db.query(`CREATE SCHEMA ${school}; INSERT INTO shared.schools VALUES ('${school}', '${school}')`);
    for (const sql of Object.values(FILES).slice(0, school === 'oak' ? 1 : 2))
      await db.query(`SET search_path = ${school}; ${sql.replace('{{schema}}', school)}`);
  }
}

/** Runs a line of the document. */
async function type(project: string, line: string): Promise<ProcessResult> {
  const words = [...line.replace(/ +#.*$/, '').matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word);
  expect(words.slice(0, 2)).toEqual(['npx', 'nest-migrations']);
  return run(words.slice(2) as string[], { cwd: project, env: { DATABASE_URL: db.connectionString } });
}

test('the recipe for tenants that a loop has migrated records, finds what the loop left out, and applies it', async () => {
  const project = await tempDirectory();
  await writeFiles(project, { ...FILES, 'migrations.config.json': codeBlocks(DOCUMENT, 'json')[0] ?? '' });
  await applyByLoop();
  const lines = codeBlocks(DOCUMENT, 'sh').map((block) => block.trim().split('\n'));
  const results: ProcessResult[] = [];
  for (const line of lines.flat()) results.push(await type(project, line));
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0, 5, 0, 0, 0]);
  const [, status, , , drift] = results;
  expect(status?.stdout).toMatch(/behind: 3 tenants \(ash, elm, oak\)\n {2}001_courses\.sql is pending/);
  expect(drift?.stdout).toMatch(/oak[^]*pupils/);
  const { rows } = await db.query(
    `SELECT tenant, migration_file AS file FROM shared.schema_migrations_tenants WHERE origin = 'migrate'`,
  );
  expect(rows).toEqual([{ tenant: 'oak', file: '002_pupils.sql' }]);

  await db.query(`INSERT INTO shared.schools VALUES ('reference', 'reference')`);
  expect((await type(project, 'npx nest-migrations provision reference --schema reference')).code).toBe(0);
  expect((await type(project, 'npx nest-migrations drift --all --schema')).code).toBe(0);
  await db.query(
    'ALTER TABLE ash.pupils ADD COLUMN name text; ALTER TABLE elm.pupils ADD COLUMN name text; ALTER TABLE oak.pupils ADD COLUMN name text',
  );
  expect(await type(project, 'npx nest-migrations drift --all --schema')).toMatchObject({
    code: 5,
    stdout: expect.stringContaining('reference'),
  });
});
