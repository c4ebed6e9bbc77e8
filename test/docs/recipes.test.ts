import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { makeMigrator } from '../../src/migrator.js';
import type { MigrationEvent } from '../../src/core/events/events.js';
import { codeBlocks } from '../support/code-blocks.js';
import { withClient } from '../support/database.js';
import { useEmptyDatabase } from '../support/empty-database.js';
import { repositoryRoot, runProcess, typescriptArguments } from '../support/process.js';
import { migrationsDirectory } from '../support/temp-directory.js';

const db = useEmptyDatabase('recipes');

/** Creates the tables that a recipe assumes, then runs its files in order. */
async function migrated(sql: readonly string[]): Promise<MigrationEvent[]> {
  const files = Object.fromEntries(sql.map((text, i) => [`${i + 1}_step.sql`, text]));
  const events: MigrationEvent[] = [];
  const migrator = makeMigrator({
    connectionString: db.connectionString,
    directory: await migrationsDirectory(files),
    onEvent: (event) => events.push(event),
  });
  try {
    expect((await migrator.migrate()).applied).toHaveLength(sql.length);
  } finally {
    await migrator.close();
  }
  return events;
}

const query = (text: string): Promise<unknown[]> =>
  withClient(db.connectionString, async (client) => (await client.query(text)).rows);

describe('the recipe', () => {
  test('for zero-downtime changes runs, with the warning that it announces', async () => {
    const [expand = '', backfill = '', contract = '', ...constraints] = codeBlocks(
      'docs/recipes/zero-downtime.md',
      'sql',
    );
    const table = `CREATE TABLE users (id int, name text); INSERT INTO users SELECT g, 'u' || g FROM generate_series(1, 12000) g;`;
    const events = await migrated([table, expand, backfill, contract, ...constraints]);
    const warned = events.flatMap((event) => (event.type === 'warning' ? [event.finding.code] : []));
    expect(warned).toContain('RUN_AS_STEPS');
    expect(await query('SELECT count(*)::int AS count, min(full_name) AS first FROM users')).toEqual([
      { count: 12000, first: 'u1' },
    ]);
    expect(await query(`SELECT convalidated FROM pg_constraint WHERE conname = 'full_name_present'`)).toEqual([
      { convalidated: true },
    ]);
  });

  test('for a custom table leaves only the newer files to run', async () => {
    const [sql = ''] = codeBlocks('docs/recipes/existing-database.md', 'sql');
    await query(`CREATE TABLE old_migrations AS SELECT '1_a.sql' AS file_name; ${sql}`);
    const migrator = makeMigrator({
      connectionString: db.connectionString,
      directory: await migrationsDirectory({ '1_a.sql': 'SELECT 1/0;', '2_b.sql': 'SELECT 1;' }),
    });
    expect((await migrator.migrate()).applied).toEqual(['2_b.sql']);
    await migrator.close();
  });

  test('for Drizzle migrates and queries on one pool', async () => {
    const [block = ''] = codeBlocks('docs/recipes/shared-pool.md', 'ts');
    const folder = path.join(repositoryRoot, 'build/recipes');
    await mkdir(folder, { recursive: true });
    const directory = await migrationsDirectory({
      '0000_users.sql':
        'CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text);\n--> statement-breakpoint\nCREATE INDEX ON users (email);',
    });
    const program = `import { NestFactory } from '@nestjs/core';
      ${block.replace(`'migrations'`, JSON.stringify(directory))}
      const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
      console.log(JSON.stringify(await app.get(Users).add('ada@example.com')));
      await app.close();`;
    await writeFile(path.join(folder, 'drizzle.ts'), program);
    const { code, stdout, stderr } = await runProcess(
      process.execPath,
      [...typescriptArguments, path.join(folder, 'drizzle.ts')],
      { env: { DATABASE_URL: db.connectionString } },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([{ id: 1, email: 'ada@example.com' }]);
  });
});
