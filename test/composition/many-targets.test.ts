import { expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { createMigrator, migrationsOf, type Migrations } from '../../src/composition/create-migrator.js';
import { resolveMigratorOptions } from '../../src/composition/validation/migrator-options.js';
import { Compiler } from '../../src/core/compile/compiler.js';
import type { MigrationSet } from '../../src/core/migration/migration-set.js';
import type { ListedMigrations, MigrationSource } from '../../src/core/ports/ports.js';
import { LAYOUTS } from '../../src/core/tools/layouts.js';
import { COMPANION_NAMES, COMPANIONS } from '../../src/postgres/companions/tables.js';
import { parseStatements } from '../../src/postgres/parser/parse-sql.js';
import { useTestDatabase } from '../support/server/use-test-database.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

const FILES = 30;
const SCHEMAS = 200;
/** Runs at the same time, as a process with many tenants has them. */
const AT_ONCE = 4;

const db = useTestDatabase('many_targets');
const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i + 1).padStart(3, '0'));

/** Reads another source once and remembers the set; counts what was read. */
class ReadOnce implements MigrationSource {
  readonly read = (): Promise<MigrationSet> => (this.set ??= this.readInner());
  readonly refresh = this.read;
  readonly list = async (): Promise<ListedMigrations> => ({ count: FILES, read: this.read });
  readonly filesRead: string[] = [];
  private set: Promise<MigrationSet> | undefined;

  constructor(private readonly inner: MigrationSource) {}

  private async readInner(): Promise<MigrationSet> {
    const set = await this.inner.read();
    this.filesRead.push(...set.migrations.map(({ file }) => file));
    await rm(set.location, { recursive: true }); // whoever reads a file again, fails
    return set;
  }
}

test(`one directory of ${FILES} files is read and parsed once, and applied to ${SCHEMAS} schemas`, async () => {
  const names = numbers(FILES).map((number) => `${number}_t.sql`);
  // The word ATOMIC may begin a function body, so only the parser can tell where these statements end.
  const files = Object.fromEntries(
    names.map((name) => [name, `CREATE TABLE t_${name.slice(0, 3)} (id int, atomic boolean);`]),
  );
  const directory = await migrationsDirectory(files);
  const pool = db.pool({ max: AT_ONCE });
  const optionsOf = (schema: string) =>
    resolveMigratorOptions({
      pool,
      directory,
      table: `"${schema}".schema_migrations`,
      searchPath: [schema],
    });

  const parsed: string[] = [];
  const compiler = new Compiler((text) => {
    parsed.push(text);
    return parseStatements(text);
  }, LAYOUTS.plain);
  const source = new ReadOnce(migrationsOf(optionsOf('any')).source);
  const migrations: Migrations = { source, compiler };

  const left = numbers(SCHEMAS).map((number) => `s${number}`);
  const migrateNext = async (): Promise<void> => {
    for (let schema = left.shift(); schema !== undefined; schema = left.shift()) {
      const migrator = createMigrator(optionsOf(schema), () => {}, migrations);
      expect((await migrator.migrate()).applied).toEqual(names);
      await migrator.close();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, migrateNext));

  expect(source.filesRead).toEqual(names);
  expect(parsed.toSorted()).toEqual(Object.values(files).toSorted());

  const { rows } = await db.query<{ schema: string; tables: string[] }>(
    `SELECT schemaname AS schema, array_agg(tablename::text ORDER BY tablename) AS tables
       FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') GROUP BY 1 ORDER BY 1`,
  );
  const own = ['', ...COMPANION_NAMES.map((companion) => `_${COMPANIONS[companion].suffix}`)];
  const tables = [
    ...own.map((suffix) => `schema_migrations${suffix}`).toSorted(),
    ...numbers(FILES).map((number) => `t_${number}`),
  ];
  expect(rows).toEqual(numbers(SCHEMAS).map((number) => ({ schema: `s${number}`, tables })));

  const recorded = await db.query(
    rows
      .map(
        ({ schema }) => `SELECT count(*)::int AS applied FROM ${schema}.schema_migrations WHERE error_message IS NULL`,
      )
      .join(' UNION ALL '),
  );
  expect(recorded.rows).toEqual(rows.map(() => ({ applied: FILES })));
  const again = createMigrator(optionsOf('s100'), () => {}, migrations);
  expect(await again.migrate()).toMatchObject({ applied: [], alreadyApplied: FILES });
  await again.close();
  expect(parsed).toHaveLength(FILES);
});
