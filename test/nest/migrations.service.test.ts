import { beforeEach, describe, expect, test } from '@jest/globals';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { MigrationsService, type MigrationEvent } from '../../src/index.js';
import { DriftMonitor } from '../../src/nest/drift/drift-monitor.js';
import { useEmptyDatabase } from '../support/empty-database.js';
import { historyOf, outcomes, relations } from '../support/history-of.js';
import { migrationsDirectory } from '../support/temp-directory.js';
import { eventsOf, startWith } from './support/application.js';

const db = useEmptyDatabase('service');

let directory: string;
let app: INestApplicationContext;
let service: MigrationsService;

beforeEach(async () => {
  directory = await migrationsDirectory({
    '001_a.sql': 'CREATE TABLE a (id int);',
    '002_b.sql': 'CREATE TABLE b (id int);',
    '010_c.sql': 'CREATE INDEX CONCURRENTLY c ON a (id);',
  });
  app = await startWith({ connectionString: db.connectionString, directory, onBootstrap: 'off' });
  service = app.get(MigrationsService);
});

const write = (file: string, text: string): Promise<void> => writeFile(join(directory, file), text);
const states = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await service.status()).migrations.map(({ file, state }) => [file, state]));

const told = (events: readonly MigrationEvent[]): string[] =>
  events.map((event) => ('file' in event ? `${event.type} ${event.file}` : event.type));

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
        { file: '001_a.sql', mode: 'transaction', reason: null },
        { file: '002_b.sql', mode: 'transaction', reason: null },
        { file: '010_c.sql', mode: 'steps', reason: expect.stringContaining('CONCURRENTLY') },
      ],
      warnings: [],
      refusals: [],
    });
    expect(await relations(db)).toEqual([]);
  });

  test('plan() shows what a run would refuse', async () => {
    await write('002_b.sql', '\\set x 1\nSELECT 1;');
    expect(await service.plan()).toMatchObject({ migrations: [], refusals: [{ file: '002_b.sql', line: 1 }] });
  });

  test('migrate() applies what is pending and tells what it did', async () => {
    const run = await service.migrate();
    expect(run).toMatchObject({ applied: ['001_a.sql', '002_b.sql', '010_c.sql'], adopted: [] });
    expect(await relations(db)).toEqual(['a', 'b', 'c']);
    expect((await historyOf(db)).map((row) => row.run_id)).toEqual([run.runId, run.runId, run.runId]);
    expect(await service.migrate()).toMatchObject({ applied: [] });
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
    expect((await service.drift()).map(({ kind, file }) => `${kind} ${file}`)).toEqual([
      'changed 001_a.sql',
      'renamed 002_bee.sql',
      'out-of-order 003_late.sql',
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

describe('events$', () => {
  test('tells of a run in order', async () => {
    const events = eventsOf(app);
    const { runId, applied } = await service.migrate();
    expect(told(events)).toEqual([
      'run-started',
      'migration-started 001_a.sql',
      'migration-applied 001_a.sql',
      'migration-started 002_b.sql',
      'migration-applied 002_b.sql',
      'migration-started 010_c.sql',
      'migration-applied 010_c.sql',
      'run-finished',
    ]);
    expect(events[0]).toEqual({ type: 'run-started', runId, pending: applied });
    expect(events[3]).toEqual({ type: 'migration-started', runId, file: '002_b.sql', number: 2, of: 3 });
    expect(events[4]).toEqual({
      type: 'migration-applied',
      runId,
      file: '002_b.sql',
      executionTimeMs: expect.any(Number),
    });
    expect(events[7]).toEqual({
      type: 'run-finished',
      runId,
      applied,
      succeeded: true,
      durationMs: expect.any(Number),
    });
  });

  test('tells of a failure, and that the run is over', async () => {
    await write('002_b.sql', `DO $$ BEGIN RAISE NOTICE 'before'; END $$; SELECT oops;`);
    const events = eventsOf(app);
    await expect(service.migrate()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    expect(told(events)).toEqual([
      'run-started',
      'migration-started 001_a.sql',
      'migration-applied 001_a.sql',
      'migration-started 002_b.sql',
      'migration-notice 002_b.sql',
      'migration-failed 002_b.sql',
      'run-finished',
    ]);
    expect(events.at(-2)).toMatchObject({ error: expect.stringContaining('Migration failed at 002_b.sql:1:') });
    expect(events.at(-1)).toMatchObject({ succeeded: false, applied: ['001_a.sql'] });
  });

  test('says nothing when there is nothing to do', async () => {
    await service.migrate();
    const events = eventsOf(app);
    await service.migrate();
    expect(events).toEqual([]);
  });

  test('tells of drift that was found and of drift that is resolved', async () => {
    await service.migrate();
    const monitor = app.get(DriftMonitor, { strict: false });
    const events = eventsOf(app);
    const file = join(directory, '001_a.sql');
    const original = await readFile(file);
    await rm(file);
    await monitor.look();
    await writeFile(file, original);
    await monitor.look();
    expect(events).toMatchObject([
      { type: 'drift-found', findings: [{ kind: 'missing', file: '001_a.sql' }] },
      { type: 'drift-resolved', findings: [{ kind: 'missing', file: '001_a.sql' }] },
    ]);
  });

  test('completes when the application shuts down', async () => {
    let completed = false;
    service.events$.subscribe({ complete: () => (completed = true) });
    await app.close();
    expect(completed).toBe(true);
  });
});
