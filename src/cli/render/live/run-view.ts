import { duration } from '../../../core/errors/wording.js';
import type { Voice } from '../../../core/errors/remedy.js';
import type { MigrationEvent } from '../../../core/events/events.js';
import type { EventLine } from '../../../core/events/event-line.js';
import { renderEventAs, steps } from '../../../core/events/render-event.js';

type EventOf<Type extends MigrationEvent['type']> = Extract<MigrationEvent, { type: Type }>;

/** How many of the slowest migrations the summary names. */
const SLOWEST = 3;

/** Turns the events of a run into permanent lines, and a text about the current activity. */
export class RunView {
  private waiting: { readonly event: EventOf<'lock-waiting' | 'connection-retry'>; readonly at: number } | undefined;
  private running: { readonly event: EventOf<'migration-started'>; readonly at: number } | undefined;
  private step: EventOf<'migration-step'> | undefined;
  private readonly applied: { readonly file: string; readonly durationMs: number }[] = [];

  /** @param now a monotonic clock, in ms */
  constructor(
    private readonly say: Voice,
    private readonly now: () => number,
  ) {}

  /** Processes an event. @returns the permanent lines */
  note(event: MigrationEvent): readonly EventLine[] {
    if (event.type === 'lock-waiting' || event.type === 'connection-retry') {
      this.waiting = { event, at: this.now() };
      return [];
    }
    this.waiting = undefined;
    if (event.type === 'migration-started') this.running = { event, at: this.now() };
    if (event.type === 'migration-started') this.step = undefined;
    if (event.type === 'migration-step') this.step = event;
    if (event.type === 'migration-applied') {
      this.running = undefined;
      if (event.durationMs !== undefined) this.applied.push({ file: event.file, durationMs: event.durationMs });
    }
    if (event.type.startsWith('run-')) this.running = undefined;
    const lines = renderEventAs(this.say, event);
    return event.type === 'run-finished' ? [...lines, ...this.slowest()] : lines;
  }

  /** The current activity; undefined if there is nothing to show. */
  get text(): string | undefined {
    if (this.waiting) return this.waitingText(this.waiting.event, this.now() - this.waiting.at);
    if (!this.running) return undefined;
    const { event, at } = this.running;
    const place = [`${event.number} of ${event.of}`, ...(this.step ? [steps(this.step)] : [])].join(', ');
    return `Applying ${event.file} (${place}): ${elapsed(this.now() - at)}`;
  }

  private waitingText(event: EventOf<'lock-waiting' | 'connection-retry'>, sinceMs: number): string {
    const remainingMs = wholeSeconds(Math.max(0, event.remainingMs - sinceMs));
    const current =
      event.type === 'lock-waiting'
        ? { ...event, remainingMs, waitedMs: wholeSeconds(event.waitedMs + sinceMs) }
        : { ...event, remainingMs };
    return renderEventAs(this.say, current)
      .map(({ text }) => text)
      .join('\n');
  }

  private slowest(): EventLine[] {
    if (this.applied.length < 2) return [];
    const slowest = this.applied.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, SLOWEST);
    const files = slowest.map(({ file, durationMs }) => `${file} ${duration(durationMs)}`).join(', ');
    return [{ level: 'info', text: `Slowest: ${files}` }];
  }
}

/** Rounded to seconds, so that the text changes only once a second. */
function wholeSeconds(ms: number): number {
  return Math.round(ms / 1_000) * 1_000;
}

function elapsed(ms: number): string {
  return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
}
