import { describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import type { ProcessResult } from '../../support/programs/process.js';
import { tempDirectory } from '../../support/files/temp-directory.js';
import { useMigrations } from '../../support/migrator/use-migrations.js';
import { FILES, run } from '../command-line.js';
import { runInTerminal, testInTerminal } from '../in-terminal.js';

const db = useEmptyDatabase('cli_status');
const migrations = useMigrations(FILES);

const onDatabase = (command: string, ...more: string[]): Promise<ProcessResult> =>
  run([command, '--database-url', db.connectionString, '--dir', migrations.directory, ...more]);

describe('status', () => {
  test('prints a table and a summary', async () => {
    await onDatabase('migrate');
    await db.query(
      `UPDATE shared.schema_migrations SET executed_at = '2024-02-29T13:14:15Z', execution_time_ms = 1234
        WHERE migration_file = '001_a.sql'`,
    );
    await writeFile(join(migrations.directory, '002_b.sql'), 'CREATE TABLE b (id bigint);');
    await writeFile(join(migrations.directory, '003_c.sql'), 'SELECT oops;');
    await onDatabase('migrate');
    await writeFile(join(migrations.directory, '004_d.sql'), 'SELECT 1;');

    const { code, stdout, stderr } = await onDatabase('status');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' }); // something has failed
    const cells = stdout
      .split('\n')
      .filter((line) => line.startsWith('│'))
      .map((line) =>
        line
          .split('│')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(cells).toEqual([
      ['State', 'Migration', 'Applied at (UTC)', 'ms'],
      ['applied', '001_a.sql', '2024-02-29 13:14:15', '1234'],
      [
        'changed',
        '002_b.sql',
        expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
        expect.stringMatching(/^\d+$/),
      ],
      ['failed', '003_c.sql', '', expect.stringMatching(/^\d+$/)],
      ['pending', '004_d.sql', '', ''],
    ]);
    expect(stdout).toContain('003_c.sql: column "oops" does not exist');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('2 applied, 1 pending, 1 failed, 1 changed');
  });

  testInTerminal('fits the terminal, as the history does, and has its natural width in a pipe', async () => {
    const name = '003_a_migration_with_a_rather_long_name.sql';
    await writeFile(join(migrations.directory, name), 'SELECT 1;');
    await onDatabase('migrate');
    await onDatabase('baseline', name, '--yes', '--reason', 'restored from a dump of the day before');
    const shown = [['status'], ['history'], ['history', '--audit']];
    for (const words of shown) {
      const args = [...words, '--database-url', db.connectionString, '--dir', migrations.directory];
      const piped = (await run(args)).stdout;
      const widths: number[] = [];
      for (const columns of [80, 200]) {
        const { raw } = await runInTerminal(args, {}, { columns });
        widths.push(Math.max(...raw.split('\r\n').map(({ length }) => length)));
        expect(raw).toContain(name);
        if (columns === 200) expect(raw.replaceAll('\r\n', '\n')).toBe(piped);
      }
      expect(widths[0]).toBeLessThanOrEqual(80);
      expect(widths[1]).toBeLessThanOrEqual(200);
      const narrow = await runInTerminal(args, {}, { columns: 40 });
      expect(narrow.raw).toMatch(new RegExp(`^(?:Migration| {10}) +${name}`, 'm'));
      expect(narrow.raw).not.toContain('│');
    }
  });

  test('with --json prints one object of exactly this shape', async () => {
    await onDatabase('migrate');
    await writeFile(join(migrations.directory, '003_c.sql'), 'SELECT oops;');
    await onDatabase('migrate');
    await writeFile(join(migrations.directory, '004_d.sql'), 'SELECT 1;');

    const { code, stdout, stderr } = await onDatabase('status', '--json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' }); // something has failed
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    const applied = {
      state: 'applied',
      appliedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      durationMs: expect.any(Number),
      checksum: sha256,
      error: null,
    };
    expect(JSON.parse(stdout)).toEqual({
      migrations: [
        { file: '001_a.sql', ...applied },
        { file: '002_b.sql', ...applied },
        {
          file: '003_c.sql',
          state: 'failed',
          appliedAt: null,
          durationMs: expect.any(Number),
          checksum: sha256,
          error: expect.stringContaining('column "oops" does not exist'),
        },
        { file: '004_d.sql', state: 'pending', appliedAt: null, durationMs: null, checksum: sha256, error: null },
      ],
      summary: expect.objectContaining({ total: 4, applied: 2, pending: 1, failed: 1, newestApplied: '002_b.sql' }),
    });
  });

  test('ends with 0 when nothing has failed, whatever is pending', async () => {
    expect(await onDatabase('status')).toMatchObject({ code: 0, stderr: '' });
    await onDatabase('migrate');
    expect(await onDatabase('status')).toMatchObject({ code: 0, stderr: '' });
  });

  test('ends with 1 when a file is unusable, and says why', async () => {
    await writeFile(join(migrations.directory, 'no_version.sql'), 'SELECT 1;');
    const { code, stdout, stderr } = await onDatabase('status');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/│ unusable +│ no_version\.sql +│/);
    expect(stdout).toMatch(/^no_version\.sql: its name does not begin with a number, so it has no place in the order/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('0 applied, 2 pending, 0 failed, 1 unusable');

    const json = await onDatabase('status', '--json');
    expect(json.code).toBe(1);
    expect((JSON.parse(json.stdout) as { migrations: object[] }).migrations).toContainEqual({
      file: 'no_version.sql',
      state: 'unusable',
      appliedAt: null,
      durationMs: null,
      checksum: null,
      error: expect.stringContaining('its name does not begin with a number, so it has no place in the order'),
    });
  });

  test('of an empty directory and an empty database says so, and creates nothing', async () => {
    const { code, stdout } = await run([
      'status',
      '--database-url',
      db.connectionString,
      '--dir',
      await tempDirectory(),
    ]);
    expect(code).toBe(0);
    expect(stdout).toBe(`No migrations on disk and none recorded in ${db.name}/shared.schema_migrations.\n`);
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
  });
});
