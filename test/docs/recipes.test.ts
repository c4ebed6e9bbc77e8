import { describe, expect, test } from '@jest/globals';
import { makeMigrator } from '../../src/migrator.js';
import type { MigrationEvent } from '../../src/core/events/events.js';
import { codeBlocks } from '../support/files/code-blocks.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

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

const query = async (text: string): Promise<unknown[]> => (await db.query(text)).rows;

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
});
