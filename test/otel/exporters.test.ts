import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { makeMigrator } from '../../src/migrator.js';
import { migrationTelemetry } from '../../src/otel.js';
import { freePort } from '../../src/testing/embedded/free-port.js';
import { useEmptyDatabase } from '../support/database/empty-database.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

interface Exported {
  readonly resourceSpans: readonly { scopeSpans: { scope: { name: string }; spans: ExportedSpan[] }[] }[];
}

interface ExportedSpan {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { key: string; value: object }[];
  readonly events?: readonly { name: string }[];
  readonly status: { readonly code: number; readonly message?: string };
}

const db = useEmptyDatabase('exporters');
const received: Exported[] = [];
let collector: Server;

beforeAll(async () => {
  collector = createServer((request, response) => void receive(request, response)).listen(0, '127.0.0.1');
  await once(collector, 'listening');
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  received.push((await json(request)) as Exported);
  response.end('{}');
}

afterAll(() => void collector.close());

describe('a failed run', () => {
  test('reaches an OTLP collector as spans, and Prometheus as metrics', async () => {
    const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
    const tracerProvider = new BasicTracerProvider({
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
    });
    const port = await freePort();
    const prometheus = new PrometheusExporter({ host: '127.0.0.1', port });
    const meterProvider = new MeterProvider({ readers: [prometheus] });
    const migrator = makeMigrator({
      connectionString: db.connectionString,
      directory: await migrationsDirectory({ '1_a.sql': 'CREATE TABLE a ();', '2_b.sql': 'SELECT 1/0;' }),
      onEvent: migrationTelemetry({ tracerProvider, meterProvider }),
    });
    await expect(migrator.migrate()).rejects.toThrow('division by zero');
    await migrator.close();
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await tracerProvider.shutdown();
    await meterProvider.shutdown();

    const scopes = received.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans));
    expect(new Set(scopes.map(({ scope }) => scope.name))).toEqual(new Set(['nestjs-pg-migrations']));
    const spans = scopes.flatMap((scope) => scope.spans);
    const [run, failed] = ['migrations run', 'migrations apply'].map((name) =>
      spans.find((span) => span.name === name),
    );
    expect(spans).toHaveLength(2);
    expect(run?.events?.map(({ name }) => name)).toEqual(['migration-applied', 'migration-failed']);
    expect(run?.attributes).toContainEqual({ key: 'db.system.name', value: { stringValue: 'postgresql' } });
    expect(run?.attributes).toContainEqual({ key: 'error.type', value: { stringValue: 'MIGRATION_FAILED' } });
    expect(failed?.parentSpanId).toBe(run?.spanId);
    expect(failed?.status).toEqual({ code: 2, message: expect.stringContaining('division by zero') });
    expect(BigInt(run?.endTimeUnixNano ?? 0) >= BigInt(run?.startTimeUnixNano ?? 0)).toBe(true);

    expect(metrics).toMatch(/^migrations_applied_total\{.*\} 1$/m);
    expect(metrics).toMatch(/^migrations_failed_total\{.*\} 1$/m);
    expect(metrics).toMatch(/^migrations_pending\{.*\} \d$/m);
    expect(metrics).toMatch(/^migrations_run_duration_count\{.*migrations_outcome="failed".*\} 1$/m);
    expect(metrics).toMatch(/^# UNIT migrations_run_duration s/m);
  });
});
