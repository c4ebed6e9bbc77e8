import { context, SpanStatusCode, trace, type Attributes, type Span, type Tracer } from '@opentelemetry/api';
import type { MigrationEvent, RunEvent } from '../core/events/events.js';
import { targetAttributes } from './attributes.js';

interface OpenRun {
  readonly span: Span;
  /** When the running migration started. */
  migrationBegan: Date | undefined;
}

/** One span per run. A file is only an event of it: a span for each of a thousand files would hide everything else. */
export class RunSpans {
  private readonly runs = new Map<string, OpenRun>();

  /** @param longMs the duration from which a migration gets its own span. */
  constructor(
    private readonly tracer: Tracer,
    private readonly longMs: number,
  ) {}

  record(event: MigrationEvent): void {
    if (!('runId' in event) || event.runId === undefined) return;
    if (event.type === 'catalog-not-recorded') return; // the span of the run has ended
    if (event.type === 'run-started') {
      const options = {
        startTime: event.at,
        attributes: { ...targetAttributes(event), 'migrations.run.id': event.runId },
      };
      this.runs.set(event.runId, { span: this.tracer.startSpan('migrations run', options), migrationBegan: undefined });
      return;
    }
    const run = this.runs.get(event.runId);
    if (run === undefined) return;
    if (event.type === 'connection-retry') {
      run.span.addEvent('connection-retry', { 'migrations.attempt': event.attempt }, event.at);
    } else this.continueRun(run, event);
  }

  private continueRun(run: OpenRun, event: RunEvent): void {
    switch (event.type) {
      case 'lock-acquired':
        if (event.waitedMs >= this.longMs)
          this.past(run, 'migrations wait for lock', before(event, event.waitedMs), event);
        return;
      case 'run-planned':
        run.span.setAttribute('migrations.pending', event.pending.length);
        return;
      case 'migration-started':
        run.migrationBegan = event.at;
        return;
      case 'migration-retry':
        run.span.addEvent(
          'migration-retry',
          { 'migrations.file': event.file, 'migrations.attempt': event.attempt },
          event.at,
        );
        return;
      case 'migration-applied':
        return this.applied(run, event);
      case 'migration-failed':
        return this.failed(run, event);
      case 'run-finished':
      case 'run-failed':
      case 'run-refused':
      case 'run-interrupted':
        return this.end(run, event);
      default:
    }
  }

  private applied(run: OpenRun, event: RunEvent & { type: 'migration-applied' }): void {
    const { file, durationMs, at } = event;
    const attributes: Attributes = { 'migrations.file': file };
    if (durationMs !== undefined) attributes['migrations.duration'] = durationMs / 1_000;
    run.span.addEvent('migration-applied', attributes, at);
    if ((durationMs ?? 0) >= this.longMs)
      this.past(run, 'migrations apply', before(event, durationMs ?? 0), event, file);
  }

  private failed(run: OpenRun, event: RunEvent & { type: 'migration-failed' }): void {
    run.span.addEvent('migration-failed', { 'migrations.file': event.file }, event.at);
    this.past(run, 'migrations apply', run.migrationBegan ?? event.at, event, event.file, event.error);
  }

  /** Records a span that has already ended. */
  private past(run: OpenRun, name: string, startTime: Date, event: RunEvent, file?: string, error?: string): void {
    const attributes = { ...targetAttributes(event), ...(file !== undefined && { 'migrations.file': file }) };
    const parent = trace.setSpan(context.active(), run.span);
    const span = this.tracer.startSpan(name, { startTime, attributes }, parent);
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end(event.at);
  }

  private end({ span }: OpenRun, event: RunEvent): void {
    if ('applied' in event) span.setAttribute('migrations.applied', event.applied.length);
    if (event.type === 'run-failed') span.setAttribute('error.type', event.code ?? '_OTHER');
    if (event.type === 'run-refused') span.setAttribute('error.type', 'REFUSED');
    if (event.type !== 'run-finished') {
      const message = 'error' in event ? event.error : 'refused';
      span.setStatus({ code: SpanStatusCode.ERROR, message });
    }
    span.end(event.at);
    this.runs.delete(event.runId);
  }
}

function before({ at }: RunEvent, ms: number): Date {
  return new Date(at.getTime() - ms);
}
