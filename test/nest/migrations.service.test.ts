import { beforeEach, describe, expect, test } from '@jest/globals';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MigrationsService } from '../../src/index.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { historyOf, outcomes, relations } from '../support/migrator/history-of.js';
import { startService } from './support/service.js';

const db = useEmptyDatabase('service');

let directory: string;
let service: MigrationsService;

beforeEach(async () => {
  ({ directory, service } = await startService(db));
});

const write = (file: string, text: string): Promise<void> => writeFile(join(directory, file), text);
const states = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await service.status()).migrations.map(({ file, state }) => [file, state]));

describe('MigrationsService', () => {
  test('status() shows every migration and a summary, and creates nothing', async () => {
    const { tracked, migrations, summary } = await service.status();
    expect(tracked).toBe(true);
    expect(migrations.map(({ file, state }) => `${file} ${state}`)).toEqual([
      '001_a.sql pending',
      '002_b.sql pending',
      '010_c.sql pending',
    ]);
    expect(summary).toMatchObject({ total: 3, applied: 0, pending: 3, newestApplied: null });
    expect((await db.query(`SELECT FROM pg_namespace WHERE nspname = 'shared'`)).rowCount).toBe(0);
  });

  test('plan() shows what would run and how', async () => {
    expect(await service.plan()).toEqual({
      migrations: [
        { file: '001_a.sql', mode: 'transactional', reason: null, locks: [] },
        { file: '002_b.sql', mode: 'transactional', reason: null, locks: [] },
        { file: '010_c.sql', mode: 'non-transactional', reason: expect.stringContaining('CONCURRENTLY'), locks: [] },
      ],
      warnings: [],
      refusals: [],
    });
    expect(await relations(db)).toEqual([]);
  });

  test('plan() shows what a run would refuse', async () => {
    await write('002_b.sql', '\\set x 1\nSELECT 1;');
    expect(await service.plan()).toMatchObject({
      migrations: [],
      refusals: [{ code: 'META_COMMAND', severity: 'error', subject: '002_b.sql', line: 1, column: 1 }],
    });
  });

  test('migrate() applies what is pending and returns what it did', async () => {
    const run = await service.migrate();
    expect(run).toMatchObject({
      applied: ['001_a.sql', '002_b.sql', '010_c.sql'],
      appliedByOthers: [],
      adopted: [],
      alreadyApplied: 0,
    });
    expect(await relations(db)).toEqual(['a', 'b', 'c']);
    expect((await historyOf(db)).map((row) => row.run_id)).toEqual([run.runId, run.runId, run.runId]);
    expect(await service.migrate()).toMatchObject({ applied: [], appliedByOthers: [], alreadyApplied: 3 });
  });

  test('two calls of migrate() at once apply each file once', async () => {
    const runs = await Promise.all([service.migrate(), service.migrate()]);
    expect(runs.flatMap((run) => run.applied)).toHaveLength(3);
  });

  test('history() has every row in the order of execution, failed ones too', async () => {
    await write('002_b.sql', 'SELECT oops;');
    await expect(service.migrate()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    expect(await service.history()).toMatchObject([
      { file: '001_a.sql', state: 'applied', error: null, origin: 'migrate' },
      { file: '002_b.sql', state: 'failed', error: expect.stringContaining('oops') },
    ]);
  });

  test('pending() has what the next run executes, failed ones too', async () => {
    await write('002_b.sql', 'SELECT oops;');
    await service.migrate().catch(() => {});
    expect((await service.pending()).map(({ file, state }) => `${file} ${state}`)).toEqual([
      '002_b.sql failed',
      '010_c.sql pending',
    ]);
  });

  test('drift() shows how files and history disagree', async () => {
    await service.migrate();
    expect(await service.drift()).toEqual([]);
    await write('001_a.sql', 'CREATE TABLE a (id bigint);');
    await rename(join(directory, '002_b.sql'), join(directory, '002_bee.sql'));
    await write('003_late.sql', 'SELECT 1;');
    expect((await service.drift()).map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'CHANGED 001_a.sql',
      'RENAMED 002_bee.sql',
      'OUT_OF_ORDER 003_late.sql',
    ]);
  });

  test('baseline() records up to a version without running anything', async () => {
    expect(await service.baseline('002')).toEqual(['001_a.sql', '002_b.sql']);
    expect(await relations(db)).toEqual([]);
    expect(await states()).toEqual({ '001_a.sql': 'applied', '002_b.sql': 'applied', '010_c.sql': 'pending' });
    expect(await service.baseline('002')).toEqual([]);
    await expect(service.baseline('005')).rejects.toMatchObject({ code: 'UNKNOWN_MIGRATION' });
  });

  test('mark() records one migration without running it', async () => {
    expect(await service.mark('002_b.sql')).toEqual(['002_b.sql']);
    expect(await service.history()).toMatchObject([{ file: '002_b.sql', state: 'applied', origin: 'mark' }]);
    expect(await service.mark('002_b.sql')).toEqual([]);
    await expect(service.mark('nothing.sql')).rejects.toMatchObject({ code: 'UNKNOWN_MIGRATION' });
  });

  test('repair() adopts checksums and names, and shows them first when asked to', async () => {
    await service.migrate();
    await write('001_a.sql', 'CREATE TABLE a (id bigint);');
    await rename(join(directory, '002_b.sql'), join(directory, '002_bee.sql'));
    const planned = await service.repair({ dryRun: true });
    expect(planned).toMatchObject([
      { kind: 'checksum', file: '001_a.sql' },
      { kind: 'name', file: '002_bee.sql', recordedAs: '002_b.sql' },
    ]);
    expect(await service.drift()).toHaveLength(2);
    expect(await service.repair()).toEqual(planned);
    expect(await service.drift()).toEqual([]);
    expect(Object.keys(await outcomes(db))).toEqual(['001_a.sql', '002_bee.sql', '010_c.sql']);
  });
});
