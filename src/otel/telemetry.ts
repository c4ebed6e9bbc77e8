import { metrics, trace, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import type { EmitEvent } from '../core/events/events.js';
import { LIBRARY_VERSION } from '../core/history/library-version.js';
import { MigrationMetrics } from './metrics.js';
import { RunSpans } from './run-spans.js';

/** Where telemetry is sent, and which migrations get a span. */
export interface TelemetryOptions {
  /** @default the global one */
  tracerProvider?: TracerProvider | undefined;
  /** @default the global one */
  meterProvider?: MeterProvider | undefined;
  /** The duration from which a migration gets its own span, in ms. @default 1000 */
  longMigration?: number | undefined;
}

const NAME = 'nestjs-pg-migrations';

/**
 * Returns a listener that turns events into traces and metrics of OpenTelemetry: for the option `onEvent` of the module
 * or of a migrator. Without an SDK it does nothing.
 */
export function migrationTelemetry({
  tracerProvider = trace,
  meterProvider = metrics,
  longMigration = 1_000,
}: TelemetryOptions = {}): EmitEvent {
  const spans = new RunSpans(tracerProvider.getTracer(NAME, LIBRARY_VERSION), longMigration);
  const measurements = new MigrationMetrics(meterProvider.getMeter(NAME, LIBRARY_VERSION));
  return (event) => {
    spans.record(event);
    measurements.record(event);
  };
}
