import { beforeEach, describe, expect, test } from '@jest/globals';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { MigrationsService, type MigrationEvent } from '../../src/index.js';
import { DriftMonitor } from '../../src/nest/drift/drift-monitor.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { eventsOf, startWith } from './support/application.js';
import { startService } from './support/service.js';

const db = useEmptyDatabase('service_events');

let directory: string;
let app: INestApplicationContext;
let service: MigrationsService;

beforeEach(async () => {
  ({ directory, app, service } = await startService(db));
});

const write = (file: string, text: string): Promise<void> => writeFile(join(directory, file), text);
const inShort = (events: readonly MigrationEvent[]): string[] =>
  events.map((event) => ('file' in event ? `${event.type} ${event.file}` : event.type));

describe('onEvent', () => {
  test('also receives the events at startup, and may throw without breaking anything', async () => {
    const seen: string[] = [];
    const onEvent = (event: MigrationEvent): void => {
      seen.push(event.type);
      throw new Error('a mistake of the application');
    };
    await startWith({ connectionString: db.connectionString, directory, onEvent });
    expect(seen.at(0)).toBe('run-started');
    expect(seen.at(-1)).toBe('run-finished');
  });
});

describe('events$', () => {
  test('reports a run in order', async () => {
    const events = eventsOf(app);
    const { runId, applied } = await service.migrate();
    expect(inShort(events)).toEqual([
      'run-started',
      'lock-acquired',
      'run-planned',
      'migration-started 001_a.sql',
      'migration-applied 001_a.sql',
      'migration-started 002_b.sql',
      'migration-applied 002_b.sql',
      'migration-started 010_c.sql',
      'migration-step 010_c.sql',
      'migration-applied 010_c.sql',
      'run-finished',
    ]);
    const context = { runId, target: `${db.name}/shared.schema_migrations`, at: expect.any(Date) };
    const durationMs = expect.any(Number);
    expect(events[0]).toEqual({ ...context, type: 'run-started' });
    expect(events[1]).toEqual({ ...context, type: 'lock-acquired', waitedMs: expect.any(Number) });
    expect(events[2]).toEqual({ ...context, type: 'run-planned', pending: applied, alreadyApplied: 0 });
    expect(events[5]).toEqual({ ...context, type: 'migration-started', file: '002_b.sql', number: 2, of: 3 });
    expect(events[6]).toEqual({ ...context, type: 'migration-applied', file: '002_b.sql', durationMs });
    expect(events[10]).toEqual({
      ...context,
      type: 'run-finished',
      applied,
      appliedByOthers: [],
      alreadyApplied: 0,
      durationMs,
    });
  });

  test('reports a failure, and that the run has ended', async () => {
    await write('002_b.sql', `DO $$ BEGIN RAISE NOTICE 'before'; END $$; SELECT oops;`);
    const events = eventsOf(app);
    await expect(service.migrate()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    expect(inShort(events)).toEqual([
      'run-started',
      'lock-acquired',
      'run-planned',
      'migration-started 001_a.sql',
      'migration-applied 001_a.sql',
      'migration-started 002_b.sql',
      'migration-notice 002_b.sql',
      'migration-failed 002_b.sql',
      'run-failed',
    ]);
    expect(events.at(-2)).toMatchObject({ error: expect.stringContaining('Migration failed at 002_b.sql:1:') });
    expect(events.at(-1)).toMatchObject({
      code: 'MIGRATION_FAILED',
      error: expect.stringMatching(/^Migration failed at 002_b\.sql:1:.*\[MIGRATION_FAILED\]$/s),
      applied: ['001_a.sql'],
    });
  });

  test('reports nothing but the beginning and the end of a run that has nothing to do', async () => {
    await service.migrate();
    const events = eventsOf(app);
    await service.migrate();
    expect(events).toMatchObject([
      { type: 'run-started' },
      { type: 'run-finished', applied: [], appliedByOthers: [], alreadyApplied: 3 },
    ]);
    expect(events).toHaveLength(2);
  });

  test('reports a run that is refused, with the findings', async () => {
    await write('002_b.sql', '\\set x 1\nSELECT 1;');
    const events = eventsOf(app);
    await expect(service.migrate()).rejects.toMatchObject({ code: 'REFUSED' });
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'lock-acquired', 'run-refused']);
    expect(events[2]).toMatchObject({ refusals: [{ code: 'META_COMMAND', subject: '002_b.sql', line: 1 }] });
  });

  test('reports a run that is interrupted, and what asked for it', async () => {
    const events = eventsOf(app);
    await expect(service.migrate({ signal: AbortSignal.abort('the test') })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-interrupted']);
    expect(events[1]).toMatchObject({ by: 'the test', applied: [] });
  });

  test('reports drift that was found and drift that was resolved', async () => {
    await service.migrate();
    const monitor = app.get(DriftMonitor, { strict: false });
    const events = eventsOf(app);
    const file = join(directory, '001_a.sql');
    const original = await readFile(file);
    await rm(file);
    await monitor.check();
    await writeFile(file, original);
    await monitor.check();
    expect(events).toMatchObject([
      { type: 'drift-found', findings: [{ code: 'MISSING', subject: '001_a.sql' }] },
      { type: 'drift-resolved', findings: [{ code: 'MISSING', subject: '001_a.sql' }] },
    ]);
  });

  test('completes when the application shuts down', async () => {
    let completed = false;
    service.events$.subscribe({ complete: () => (completed = true) });
    await app.close();
    expect(completed).toBe(true);
  });
});
