import type { Attributes, Counter, Gauge, Histogram, Meter } from '@opentelemetry/api';
import type { EventContext, MigrationEvent } from '../core/events/events.js';
import { metricAttributes } from './attributes.js';

type RolloutEnd = MigrationEvent & { readonly type: 'rollout-finished' | 'rollout-stopped' };

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
  private readonly tenants: Gauge;
  private readonly runDuration: Histogram;
  private readonly rolloutDuration: Histogram;
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
    this.tenants = meter.createGauge('migrations.tenants', {
      description: 'Tenants in the last rollout, by outcome',
      unit: '{tenant}',
    });
    this.rolloutDuration = seconds('rollout.duration', 'How long rollouts took');
    this.runDuration = seconds('run.duration', 'How long runs took');
    this.migrationDuration = seconds('migration.duration', 'How long migrations took');
    this.lockWait = seconds('lock.wait', 'How long runs waited for the migration lock');
  }

  record(event: MigrationEvent): void {
    const attributes = metricAttributes(event);
    switch (event.type) {
      case 'run-planned':
        return this.recordPending(event, event.pending.length);
      case 'lock-acquired':
        return this.lockWait.record(inSeconds(event.waitedMs), attributes);
      case 'migration-applied':
        this.applied.add(1, attributes);
        if (event.durationMs !== undefined) this.migrationDuration.record(inSeconds(event.durationMs), attributes);
        return;
      case 'migration-failed':
        return this.failed.add(1, attributes);
      case 'run-finished':
        this.recordPending(event, event.left?.length ?? 0);
        return this.endRun(event.durationMs, attributes, 'finished');
      case 'run-failed':
      case 'run-refused':
      case 'run-interrupted':
        return this.endRun(event.durationMs, attributes, event.type.slice('run-'.length));
      case 'rollout-finished':
      case 'rollout-stopped':
        return this.endRollout(event, attributes);
      case 'drift-found':
        return this.driftFound.add(event.findings.length, attributes);
      case 'drift-resolved':
        return this.driftResolved.add(event.findings.length, attributes);
      default:
    }
  }

  /** Not for a tenant: a gauge for all of them would only show the number of the last one. */
  private recordPending(event: EventContext, count: number): void {
    if (event.tenant === undefined) this.pending.record(count, metricAttributes(event));
  }

  private endRollout({ type, counts, durationMs }: RolloutEnd, attributes: Attributes): void {
    for (const [outcome, count] of Object.entries(counts))
      this.tenants.record(count, { ...attributes, 'migrations.outcome': outcome });
    const outcome = type.slice('rollout-'.length);
    this.rolloutDuration.record(inSeconds(durationMs), { ...attributes, 'migrations.outcome': outcome });
  }

  private endRun(durationMs: number, attributes: Attributes, outcome: string): void {
    this.runDuration.record(inSeconds(durationMs), { ...attributes, 'migrations.outcome': outcome });
  }
}
