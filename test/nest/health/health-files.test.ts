import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMigrator, migrationsOf } from '../../../src/composition/create-migrator.js';
import { resolveMigratorOptions } from '../../../src/composition/validation/migrator-options.js';
import type { MigrationSet } from '../../../src/core/migration/migration-set.js';
import type { MigrationSource } from '../../../src/core/ports/ports.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { ask, FILES, startServing } from './health-application.js';

const db = useEmptyDatabase('health_files');
const migrations = useMigrations(FILES);
const CACHE_MS = 1_000;

afterEach(() => {
  jest.restoreAllMocks();
});

const start = (cache: number) =>
  startServing({ connectionString: db.connectionString, directory: migrations.directory, health: { cache } });

const addFile = (): Promise<void> => writeFile(join(migrations.directory, '004_c.sql'), 'SELECT 1;');

/** Remembers what each refresh gave, and how often everything was read. */
function observed(inner: MigrationSource): MigrationSource & { reads: number; refreshed: MigrationSet[] } {
  const source = {
    reads: 0,
    refreshed: [] as MigrationSet[],
    list: async () => {
      const { count } = await inner.list();
      return { count, read: source.read };
    },
    read: () => {
      source.reads++;
      return inner.read();
    },
    refresh: async () => {
      const set = await inner.refresh();
      source.refreshed.push(set);
      return set;
    },
  };
  return source;
}

describe('health and the files', () => {
  test('files that have not changed are not read again', async () => {
    const options = resolveMigratorOptions({
      connectionString: db.connectionString,
      directory: migrations.directory,
    });
    const { source: inner, compiler } = migrationsOf(options);
    const source = observed(inner);
    const migrator = createMigrator(options, () => {}, { source, compiler });
    await migrator.migrate();
    source.reads = 0;
    for (let i = 0; i < 3; i++) expect((await migrator.health()).up).toBe(true);
    expect(source.reads).toBe(0);
    const [first, second, third] = source.refreshed.map((set) => set.migrations);
    expect(first).toHaveLength(2);
    for (const again of [second, third])
      expect(again?.map((migration, i) => migration === first?.[i])).toEqual([true, true]);

    const file = join(migrations.directory, '002_a.sql');
    await writeFile(file, `${FILES['002_a.sql']} SELECT 2;`);
    expect((await migrator.health()).summary).toMatchObject({ changed: 1 });
    const [changed, unchanged] = source.refreshed.at(-1)?.migrations ?? [];
    expect(changed).not.toBe(first?.[0]);
    expect(unchanged).toBe(first?.[1]);
    expect(source.reads).toBe(0);
    await migrator.close();
  });

  test('a new file is seen at once without a cache, and as soon as the cache is over with one', async () => {
    const [plain, caching] = [await start(0), await start(CACHE_MS)];
    expect([(await ask(plain)).code, (await ask(caching)).code]).toEqual([200, 200]);
    await addFile();
    expect((await ask(plain)).code).toBe(503);
    await sleep(CACHE_MS);
    expect(await ask(caching)).toMatchObject({ code: 503, details: { pending: 1 } });
  });

  test.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('a clock that is set %s by an hour neither freezes nor ends the cache', async (_, ms) => {
    const app = await start(CACHE_MS);
    await ask(app);
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
    await addFile();
    expect((await ask(app)).code).toBe(200); // the answer is not old yet
    await sleep(CACHE_MS);
    expect((await ask(app)).code).toBe(503);
  });
});
