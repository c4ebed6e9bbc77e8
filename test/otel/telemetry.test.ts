import { describe, expect, test } from '@jest/globals';
import { SpanStatusCode } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { makeMigrator } from '../../src/migrator.js';
import { migrationTelemetry } from '../../src/otel.js';
import type { EmitEvent } from '../../src/core/events/events.js';
import { createTestDatabase } from '../support/database/database.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

const TARGET = 'app/shared.schema_migrations';
const at = (seconds: number): Date => new Date(1_700_000_000_000 + seconds * 1_000);

/** Telemetry that is recorded in memory. */
function recording(longMigration?: number) {
  const spans = new InMemorySpanExporter();
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics });
  const listener = migrationTelemetry({
    tracerProvider: new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
    meterProvider: new MeterProvider({ readers: [reader] }),
    longMigration,
  });
  return {
    listener,
    spans: () =>
      spans.getFinishedSpans().map((span) => ({
        name: span.name,
        parent: span.parentSpanContext?.spanId,
        id: span.spanContext().spanId,
        seconds: span.duration[0] + span.duration[1] / 1e9,
        events: span.events.map(({ name, attributes }) => `${name} ${String(attributes?.['migrations.file'])}`),
        status: span.status,
        attributes: span.attributes,
      })),
    /** The newest value of each metric: a number, or the sum of a histogram. */
    metrics: async () => {
      await reader.forceFlush();
      const all =
        metrics
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      return Object.fromEntries(
        all.map(({ descriptor, dataPoints }) => {
          const value = dataPoints.at(-1)?.value;
          return [descriptor.name, typeof value === 'object' ? `${value.sum} ${descriptor.unit}` : value];
        }),
      );
    },
    /** Every series of a metric. */
    series: async (name: string) => {
      await reader.forceFlush();
      const scopes = metrics.getMetrics().at(-1)?.scopeMetrics ?? [];
      const points = scopes.flatMap((scope) => scope.metrics).find(({ descriptor }) => descriptor.name === name);
      return (points?.dataPoints ?? []).map(({ value, attributes }) => ({
        value: typeof value === 'object' ? value.sum : value,
        outcome: attributes['migrations.outcome'],
        attributes,
      }));
    },
    shutdown: () => reader.shutdown(),
  };
}

/** A run that waits two seconds for the lock, applies a short and a long migration, and fails at the third. */
function failingRun(emit: EmitEvent): void {
  const run = { target: TARGET, runId: 'r1' };
  emit({ ...run, type: 'run-started', at: at(0) });
  emit({ ...run, type: 'lock-acquired', waitedMs: 2_000, at: at(2) });
  emit({ ...run, type: 'run-planned', pending: ['1.sql', '2.sql', '3.sql'], alreadyApplied: 0, at: at(2) });
  emit({ ...run, type: 'migration-started', file: '1.sql', number: 1, of: 3, at: at(2) });
  emit({ ...run, type: 'migration-applied', file: '1.sql', durationMs: 10, at: at(2.01) });
  emit({ ...run, type: 'migration-started', file: '2.sql', number: 2, of: 3, at: at(3) });
  emit({ ...run, type: 'migration-applied', file: '2.sql', durationMs: 5_000, at: at(8) });
  emit({ ...run, type: 'migration-started', file: '3.sql', number: 3, of: 3, at: at(8) });
  emit({ ...run, type: 'migration-failed', file: '3.sql', error: 'division by zero', at: at(9) });
  const end = {
    code: 'MIGRATION_FAILED',
    error: '3.sql failed',
    applied: ['1.sql', '2.sql'],
    durationMs: 9_000,
  } as const;
  emit({ ...run, type: 'run-failed', ...end, at: at(9) });
}

describe('the spans of a run', () => {
  test('are one span with an event per file, and one span per wait, long migration and failure', async () => {
    const { listener, spans, shutdown } = recording();
    failingRun(listener);
    const all = spans();
    const run = all.at(-1);
    expect(all.map(({ name, seconds, attributes }) => [name, seconds, attributes['migrations.file']])).toEqual([
      ['migrations wait for lock', 2, undefined],
      ['migrations apply', 5, '2.sql'],
      ['migrations apply', 1, '3.sql'],
      ['migrations run', 9, undefined],
    ]);
    expect(all.slice(0, -1).every(({ parent }) => parent === run?.id)).toBe(true);
    expect(run).toMatchObject({
      events: ['migration-applied 1.sql', 'migration-applied 2.sql', 'migration-failed 3.sql'],
      status: { code: SpanStatusCode.ERROR, message: '3.sql failed' },
      attributes: {
        'db.system.name': 'postgresql',
        'db.namespace': 'app',
        'db.collection.name': 'shared.schema_migrations',
        'error.type': 'MIGRATION_FAILED',
        'migrations.applied': 2,
        'migrations.pending': 3,
      },
    });
    expect(all[2]?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'division by zero' });
    await shutdown();
  });

  test('of two concurrent runs do not mix', async () => {
    const { listener, spans, shutdown } = recording();
    const event = { target: TARGET, alreadyApplied: 0, appliedByOthers: [], durationMs: 0 };
    listener({ ...event, runId: 'a', type: 'run-started', at: at(0) });
    listener({ ...event, runId: 'b', type: 'run-started', at: at(1) });
    listener({ ...event, runId: 'a', type: 'run-finished', applied: ['1.sql'], at: at(2) });
    listener({ ...event, runId: 'b', type: 'run-finished', applied: [], at: at(5) });
    expect(spans().map(({ seconds, attributes }) => [attributes['migrations.run.id'], seconds])).toEqual([
      ['a', 2],
      ['b', 4],
    ]);
    expect(spans().map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET]);
    await shutdown();
  });
});

describe('the metrics', () => {
  test('count migrations and drift, and measure in seconds', async () => {
    const { listener, metrics, shutdown } = recording();
    failingRun(listener);
    const drift = { target: TARGET, at: at(10), findings: [{}, {}] as never[] };
    listener({ ...drift, type: 'drift-found' });
    listener({ ...drift, type: 'drift-resolved', durationMs: 1 });
    expect(await metrics()).toEqual({
      'migrations.applied': 2,
      'migrations.failed': 1,
      'migrations.pending': 3,
      'migrations.drift.found': 2,
      'migrations.drift.resolved': 2,
      'migrations.run.duration': '9 s',
      'migrations.migration.duration': '5.01 s',
      'migrations.lock.wait': '2 s',
    });
    await shutdown();
  });
});

describe('a rollout', () => {
  const context = { at: at(1), rolloutId: 'r', target: 'app' };
  const counts = { applied: 2, 'nothing-to-do': 5, failed: 1, skipped: 0, interrupted: 0 };

  test('has the number of tenants by outcome, and its duration', async () => {
    const { listener, series, shutdown } = recording();
    listener({ ...context, type: 'rollout-stopped', by: 'failures', reason: '1 failed', counts, durationMs: 4_000 });
    expect(await series('migrations.tenants')).toEqual(
      Object.entries(counts).map(([outcome, value]) => expect.objectContaining({ outcome, value })),
    );
    expect(await series('migrations.rollout.duration')).toMatchObject([{ outcome: 'stopped', value: 4 }]);
    await shutdown();
  });

  test('adds up what happened to its tenants, and only spans name them', async () => {
    const { listener, series, spans, shutdown } = recording();
    for (const tenant of ['acme', 'umbrella']) {
      const run = { tenant, runId: tenant, target: `app/${tenant}.schema_migrations` };
      listener({ ...run, type: 'run-started', at: at(0) });
      listener({ ...run, type: 'run-planned', pending: ['1.sql'], alreadyApplied: 0, at: at(0) });
      listener({ ...run, type: 'migration-applied', file: '1.sql', durationMs: 10, at: at(1) });
      const end = { applied: ['1.sql'], appliedByOthers: [], alreadyApplied: 0, durationMs: 1_000 };
      listener({ ...run, ...end, type: 'run-finished', at: at(1) });
    }
    expect(await series('migrations.applied')).toEqual([{ value: 2, attributes: { 'db.system.name': 'postgresql' } }]);
    expect(await series('migrations.pending')).toEqual([]);
    expect(spans().map(({ attributes }) => attributes['migrations.tenant'])).toEqual(['acme', 'umbrella']);
    await shutdown();
  });
});

test('a run on a database has a span with its files, and nothing pending at its end', async () => {
  const db = await createTestDatabase('otel');
  const { listener, spans, metrics, shutdown } = recording();
  const directory = await migrationsDirectory({ '1_a.sql': 'CREATE TABLE a ();', '2_b.sql': 'CREATE TABLE b ();' });
  const migrator = makeMigrator({ connectionString: db.connectionString, directory, onEvent: listener });
  await migrator.migrate();
  await migrator.close();
  expect(spans()).toEqual([
    expect.objectContaining({
      name: 'migrations run',
      events: ['migration-applied 1_a.sql', 'migration-applied 2_b.sql'],
      attributes: expect.objectContaining({ 'db.namespace': db.name, 'migrations.applied': 2 }),
    }),
  ]);
  expect(await metrics()).toMatchObject({ 'migrations.applied': 2, 'migrations.pending': 0 });
  await shutdown();
  await db.drop();
});
