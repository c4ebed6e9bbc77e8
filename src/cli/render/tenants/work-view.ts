import { findingKey } from '../../../core/errors/finding.js';
import { CANCELLED_ELSEWHERE, InterruptedError } from '../../../core/errors/run-errors.js';
import { count, duration, list } from '../../../core/errors/wording.js';
import type { MigrationEvent } from '../../../core/events/events.js';
import type { EventLine } from '../../../core/events/event-line.js';
import { renderEventAs } from '../../../core/events/render-event.js';
import { countOutcomes, describeCounts, type TenantResult } from '../../../core/tenants/report.js';
import type { Invocation } from '../../process/invocation.js';
import { inCommands } from '../../process/voice.js';
import { describeError } from '../describe-error.js';
import { forTenant } from './for-tenant.js';
import { indented } from './words.js';

/** Turns the events of a worker into permanent lines and a status text. */
export class WorkView {
  private readonly startedAt: number;
  private readonly ended = countOutcomes([]);
  private readonly running = new Set<string>();
  /** The outcome of tenants that may be tried again, by rollout and tenant. */
  private readonly unsuccessful = new Map<string, TenantResult['outcome']>();
  private readonly warned = new Set<string>();
  private isWaiting = false;

  /** @param now in ms */
  constructor(
    private readonly typed: Invocation,
    private readonly now: () => number,
  ) {
    this.startedAt = now();
  }

  /** Processes an event. @returns the permanent lines */
  note(event: MigrationEvent): readonly EventLine[] {
    switch (event.type) {
      case 'worker-tenant-finished':
        this.running.delete(event.tenant);
        this.count(`${event.rolloutId} ${event.tenant}`, event.result.outcome);
        return [this.lineOf(event.result)];
      case 'run-started':
        if (event.tenant !== undefined) this.running.add(event.tenant);
        return [];
      case 'worker-started':
        this.isWaiting = true;
        return this.rendered(event);
      case 'warning':
        return this.isNew(findingKey(event.finding)) ? this.rendered(event) : [];
      case 'worker-files-differ':
      case 'migration-retry':
      case 'connection-retry':
      case 'lock-waiting':
        return this.rendered(event);
      default:
        return [];
    }
  }

  /** What it is doing now; undefined before it has begun. */
  get text(): string | undefined {
    if (this.running.size > 0) return `Migrating ${list([...this.running])} (so far: ${describeCounts(this.ended)})`;
    return this.isWaiting ? `Waiting for tenants (so far: ${describeCounts(this.ended)})` : undefined;
  }

  /** What it has done. */
  get summary(): string {
    return `Worked for ${duration(this.durationMs)}. Tenants: ${describeCounts(this.ended)}`;
  }

  /** For programs. Its shape is stable. */
  get json(): object {
    const { skipped: _, ...counts } = this.ended;
    return { counts, durationMs: Math.round(this.durationMs) };
  }

  private get durationMs(): number {
    return this.now() - this.startedAt;
  }

  /** A tenant that is tried again counts once. */
  private count(key: string, outcome: TenantResult['outcome']): void {
    const before = this.unsuccessful.get(key);
    if (before !== undefined) this.ended[before] -= 1;
    this.ended[outcome] += 1;
    if (outcome === 'failed' || outcome === 'interrupted') this.unsuccessful.set(key, outcome);
    else this.unsuccessful.delete(key);
  }

  private lineOf({ tenant, outcome, applied, durationMs, error }: TenantResult): EventLine {
    const says = (text: string): EventLine => ({ level: 'info', text: `Tenant ${tenant}: ${text}` });
    const time = duration(durationMs);
    if (outcome === 'applied') return says(`applied ${count(applied.length, 'migration')} in ${time}`);
    if (error instanceof InterruptedError && error.by === CANCELLED_ELSEWHERE)
      return says('interrupted, because its rollout was cancelled');
    if (outcome === 'interrupted') return says('interrupted; another worker continues with it');
    if (!error) return says('nothing to do');
    const text = indented(describeError(error, forTenant(this.typed, tenant)));
    return { level: 'warning', text: `Tenant ${tenant} failed:\n${text}` };
  }

  /** A worker runs for a long time, and every tenant may cause the same warning. */
  private isNew(key: string): boolean {
    if (this.warned.has(key)) return false;
    this.warned.add(key);
    return true;
  }

  private rendered(event: MigrationEvent): readonly EventLine[] {
    const { tenant } = event;
    const typed = tenant === undefined ? this.typed : forTenant(this.typed, tenant);
    return renderEventAs(inCommands(typed), event);
  }
}
