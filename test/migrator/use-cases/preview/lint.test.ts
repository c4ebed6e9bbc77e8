import { describe, expect, test } from '@jest/globals';
import { lintFiles, renderDiagnostic, type LintReport } from '../../../../src/migrator.js';
import { startCountingProxy } from '../../../support/programs/counting-proxy.js';
import { withClient } from '../../../support/database/database.js';
import { useEmptyDatabase } from '../../../support/database/empty-database.js';
import { migratorOn } from '../../../support/migrator/migrator-on.js';
import { migrationsDirectory } from '../../../support/files/temp-directory.js';
import { writeFiles } from '../../../support/files/write-files.js';

const db = useEmptyDatabase('lint');

const tables = { '001_tables.sql': 'CREATE TABLE orders (id bigint, status varchar(20));' };
const index = { '002_index.sql': 'CREATE INDEX orders_id ON orders (id);' };
const found = ({ diagnostics }: LintReport): string[] => diagnostics.map(({ file, rule }) => `${file} ${rule}`);

describe('lint', () => {
  test('lints what is pending, and nothing that is applied', async () => {
    const { migrator, directory } = await migratorOn(db, {
      ...tables,
      '002_drop.sql': 'DROP TABLE IF EXISTS orders_old;',
    });
    expect(await migrator.lint()).toEqual({ files: ['001_tables.sql', '002_drop.sql'], diagnostics: [] });
    await migrator.migrate();
    expect(await migrator.lint()).toEqual({ files: [], diagnostics: [] });
    await writeFiles(directory, { '003_index.sql': index['002_index.sql'] });
    const report = await migrator.lint();
    expect([report.files, found(report)]).toEqual([
      ['003_index.sql'],
      ['003_index.sql create-index-without-concurrently'],
    ]);
  });

  test('lints everything without a database, and does not even connect to one', async () => {
    const directory = await migrationsDirectory({ ...tables, ...index, 'notes.sql': '' });
    const report = await lintFiles({ directory });
    expect(report.files).toEqual(['notes.sql', '001_tables.sql', '002_index.sql']);
    expect(found(report)).toEqual(['notes.sql refused-file', '002_index.sql create-index-without-concurrently']);
    const { migrator } = await migratorOn({ connectionString: 'postgres://nobody@127.0.0.1:1/none' }, directory);
    expect(await migrator.lint({ database: false })).toEqual(report);
    await expect(migrator.lint()).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test('knows the size, the types and the constraints of tables', async () => {
    const { migrator, directory } = await migratorOn(db, tables);
    await migrator.migrate();
    await db.query(`INSERT INTO orders SELECT n, 'open' FROM generate_series(1, 5000) n; ANALYZE orders`);
    await writeFiles(directory, {
      '002_types.sql': 'ALTER TABLE orders ALTER status TYPE text; ALTER TABLE orders ALTER id TYPE int;',
    });
    const { diagnostics } = await migrator.lint();
    expect(diagnostics.map(renderDiagnostic)).toEqual([
      expect.stringMatching(/^002_types\.sql:1:69 error: changes the type of id in orders from int8 to int4, .*\(orders has about 5,000 rows, \d+ kB\)\. .*\[column-type-rewrite\]$/),
    ]);
  }); // prettier-ignore

  test('looks for tables where migrations would', async () => {
    await db.query(
      'CREATE SCHEMA sales; CREATE TABLE sales.orders (id text); CREATE TABLE public.orders (id varchar(5))',
    );
    const change = { '001_type.sql': 'ALTER TABLE orders ALTER id TYPE varchar(9);' };
    expect(found(await (await migratorOn(db, change)).migrator.lint())).toEqual([]);
    const elsewhere = await migratorOn(db, change, { searchPath: ['sales', 'public'] });
    expect(found(await elsewhere.migrator.lint())).toEqual(['001_type.sql column-type-rewrite']);
  });

  test('reads the history and the catalog with one query each, and neither writes nor waits for a table', async () => {
    await db.query('CREATE TABLE orders (id int)');
    const proxy = await startCountingProxy(db.connectionString);
    await withClient(db.connectionString, async (client) => {
      await client.query('BEGIN; LOCK TABLE orders');
      const { migrator } = await migratorOn(proxy, { '001_drop.sql': 'DROP TABLE orders;' });
      expect(found(await migrator.lint())).toEqual(['001_drop.sql drop-table']);
    });
    expect(proxy.messages).toHaveLength(2);
    expect(proxy.messages.every((text) => /^\s*(?:SELECT|WITH) [^;]*$/.test(text))).toBe(true);
  });

  test('skips the steps that a failed run finished', async () => {
    const file = '-- no-transaction\nDROP TABLE a;\nDROP TABLE no_such_table;\n';
    await db.query('CREATE TABLE a ()');
    const { migrator } = await migratorOn(db, { '001_drop.sql': file });
    await expect(migrator.migrate()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    const { diagnostics } = await migrator.lint();
    expect(diagnostics.map(({ rule, line }) => [rule, line])).toContainEqual(['drop-table', 3]);
    expect(diagnostics.filter(({ line }) => line === 2)).toEqual([]);
  });

  test('lints every file that runs every time', async () => {
    await db.query('CREATE TABLE orders (id int)');
    const { migrator } = await migratorOn(db, index, { tracking: false });
    expect(found(await migrator.lint())).toEqual(['002_index.sql create-index-without-concurrently']);
  });

  test('knows that all files share one transaction', async () => {
    const files = {
      '001_a.sql': 'ALTER TABLE orders ADD COLUMN a int;',
      '002_b.sql': 'UPDATE orders SET a = 1 WHERE id = 1;',
    };
    const directory = await migrationsDirectory(files);
    expect(found(await lintFiles({ directory }))).toEqual([]);
    expect(found(await lintFiles({ directory, transaction: 'all' }))).toEqual(['002_b.sql access-exclusive-held']);
    expect(found(await lintFiles({ directory, timeouts: { tableLock: 0 } }))).toEqual([
      '001_a.sql missing-lock-timeout',
    ]);
  });

  test('reports wrong options', async () => {
    await expect(lintFiles({ directroy: 'x' } as object)).rejects.toMatchObject({
      message: expect.stringContaining('unknown option "directroy"; did you mean "directory"?'),
      problems: [{ code: 'unknown-option', option: 'directroy', suggestion: 'directory' }],
    });
  });
});
