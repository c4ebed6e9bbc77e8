import type { Attributes, Counter, Gauge, Histogram, Meter } from '@opentelemetry/api';
import type { MigrationEvent } from '../core/events/events.js';
import { targetAttributes } from './attributes.js';

/** Histogram buckets. The SDK's defaults suit milliseconds: nearly every migration would fall into the first one. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

const inSeconds = (ms: number): number => ms / 1_000;

/** Records events as metrics. */
export class MigrationMetrics {
  private readonly applied: Counter;
  private readonly failed: Counter;
  private readonly driftFound: Counter;
  private readonly driftResolved: Counter;
  private readonly pending: Gauge;
  private readonly runDuration: Histogram;
  private readonly migrationDuration: Histogram;
  private readonly lockWait: Histogram;

  constructor(meter: Meter) {
    const seconds = (name: string, description: string): Histogram =>
      meter.createHistogram(`migrations.${name}`, {
        description,
        unit: 's',
        advice: { explicitBucketBoundaries: SECONDS },
      });
    const counter = (name: string, description: string, unit: string): Counter =>
      meter.createCounter(`migrations.${name}`, { description, unit });
    this.applied = counter('applied', 'Migrations that were applied', '{migration}');
    this.failed = counter('failed', 'Migrations that failed', '{migration}');
    this.driftFound = counter('drift.found', 'Findings that drift checks reported', '{finding}');
    this.driftResolved = counter('drift.resolved', 'Findings that no longer exist', '{finding}');
    this.pending = meter.createGauge('migrations.pending', {
      description: 'Migrations that the last run still had to apply',
      unit: '{migration}',
    });
    this.runDuration = seconds('run.duration', 'How long runs took');
    this.migrationDuration = seconds('migration.duration', 'How long migrations took');
    this.lockWait = seconds('lock.wait', 'How long runs waited for the migration lock');
  }

  record(event: MigrationEvent): void {
    const attributes = targetAttributes(event);
    switch (event.type) {
      case 'run-planned':
        return this.pending.record(event.pending.length, attributes);
      case 'lock-acquired':
        return this.lockWait.record(inSeconds(event.waitedMs), attributes);
      case 'migration-applied':
        this.applied.add(1, attributes);
        if (event.durationMs !== undefined) this.migrationDuration.record(inSeconds(event.durationMs), attributes);
        return;
      case 'migration-failed':
        return this.failed.add(1, attributes);
      case 'run-finished':
        this.pending.record(event.left?.length ?? 0, attributes);
        return this.endRun(event.durationMs, attributes, 'finished');
      case 'run-failed':
      case 'run-refused':
      case 'run-interrupted':
        return this.endRun(event.durationMs, attributes, event.type.slice('run-'.length));
      case 'drift-found':
        return this.driftFound.add(event.findings.length, attributes);
      case 'drift-resolved':
        return this.driftResolved.add(event.findings.length, attributes);
      default:
    }
  }

  private endRun(durationMs: number, attributes: Attributes, outcome: string): void {
    this.runDuration.record(inSeconds(durationMs), { ...attributes, 'migrations.outcome': outcome });
  }
}
