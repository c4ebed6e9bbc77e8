import { findingKey, type Finding } from '../../../core/errors/finding.js';
import type { Voice } from '../../../core/errors/remedy.js';
import type { MigrationEvent } from '../../../core/events/events.js';
import type { EventLine } from '../../../core/events/event-line.js';
import { renderEventAs } from '../../../core/events/render-event.js';
import { describeTenants } from './words.js';

/** In how many lines the progress is told where nothing can be updated in place. */
const LINES = 10;

/** Turns the events of a rollout into permanent lines, and a text about its progress. */
export class RolloutView {
  private wave: { readonly wave: number; readonly of: number } | undefined;
  /** The tenants that have to be migrated. */
  private due = 0;
  private done = 0;
  private failed = 0;
  private reportedAt = 0;
  private readonly warnings = new Map<string, { readonly found: Finding; readonly tenants: string[] }>();

  /** @param isLive true if the progress is shown by {@link text}; otherwise lines tell it. */
  constructor(
    private readonly say: Voice,
    private readonly isLive: boolean,
  ) {}

  /** Processes an event about tenants. @returns the permanent lines */
  note(event: MigrationEvent): readonly EventLine[] {
    if (event.tenant !== undefined) return this.noteTenant(event, event.tenant);
    if (event.type === 'rollout-started') this.due += event.behind;
    if (event.type === 'wave-started') this.wave = event;
    const isOver = event.type === 'rollout-finished' || event.type === 'rollout-stopped';
    if (isOver) this.due = 0;
    return [...(isOver ? this.collected() : []), ...renderEventAs(this.say, event)];
  }

  /** `312 of 5,000 tenants, 2 failed`; undefined if no tenant is being migrated. */
  get text(): string | undefined {
    if (this.due === 0) return undefined;
    const [done, due, failed] = [this.done, this.due, this.failed].map((n) => n.toLocaleString('en'));
    const wave = this.wave && this.wave.of > 1 ? ` (wave ${this.wave.wave} of ${this.wave.of})` : '';
    return `${done} of ${due} tenants, ${failed} failed${wave}`;
  }

  /** Thousands of lines would hide a failure, so among tenants only a failed one gets a line of its own. */
  private noteTenant(event: MigrationEvent, tenant: string): readonly EventLine[] {
    switch (event.type) {
      case 'warning':
        this.collect(event.finding, tenant);
        return [];
      case 'tenant-finished':
        if (event.result.outcome !== 'failed') return this.ended();
        this.failed += 1;
        return [{ level: 'warning', text: `Tenant ${tenant} failed` }, ...this.ended()];
      default:
        return [];
    }
  }

  private ended(): readonly EventLine[] {
    this.done += 1;
    const isDue = (this.done - this.reportedAt) * LINES >= this.due;
    if (this.isLive || !isDue || this.text === undefined) return [];
    this.reportedAt = this.done;
    return [{ level: 'info', text: this.text }];
  }

  private collect(found: Finding, tenant: string): void {
    const key = findingKey(found);
    const known = this.warnings.get(key);
    if (known) known.tenants.push(tenant);
    else this.warnings.set(key, { found, tenants: [tenant] });
  }

  /** One line for all tenants with the same warning. */
  private collected(): EventLine[] {
    return [...this.warnings.values()].flatMap(({ found, tenants }) => {
      const event = { type: 'warning', finding: found, target: '', at: new Date(), runId: '' } as const;
      return renderEventAs(this.say, event).map((line) => ({
        ...line,
        text: `${describeTenants(tenants)}: ${line.text}`,
      }));
    });
  }
}
