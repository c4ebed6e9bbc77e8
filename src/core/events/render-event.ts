import type { Severity } from '../errors/finding-definition.js';
import { renderFindingAs, type Finding } from '../errors/finding.js';
import { describeHolder } from '../errors/lock-errors.js';
import { inApi, type Voice } from '../errors/remedy.js';
import { count, duration, list } from '../errors/wording.js';
import type { EventLine, LineLevel } from './event-line.js';
import type { DriftEvent, MigrationEvent } from './events.js';
import { renderFleetEvent } from './render-fleet-event.js';

/** Renders an event as lines of text: none if the thrown error says the same. No other code turns events into text. */
export function renderEvent(event: MigrationEvent): readonly EventLine[] {
  return renderEventAs(inApi, event);
}

/** The same, with the remedies of findings phrased by `say`. */
export function renderEventAs(say: Voice, event: MigrationEvent): readonly EventLine[] {
  const { tenant } = event;
  if (tenant === undefined || event.type === 'tenant-refused') return linesOf(say, event);
  // A tenant's error is not thrown: the rollout continues.
  const lines =
    event.type === 'run-failed'
      ? [warning(event.error)]
      : event.type === 'run-refused'
        ? event.refusals.map((each) => warning(renderFindingAs(say, each)))
        : linesOf(say, event);
  return lines.map((line) => ({ ...line, text: `Tenant ${tenant}: ${line.text}` }));
}

function linesOf(say: Voice, event: MigrationEvent): readonly EventLine[] {
  if ('rolloutId' in event || event.type === 'worker-started') return renderFleetEvent(say, event);
  switch (event.type) {
    case 'run-planned':
      return [info(`Applying ${count(event.pending.length, 'pending migration')} to ${event.target}`)];
    case 'migration-started':
      return [debug(`${event.number} of ${event.of}: ${event.file}`)];
    case 'migration-step':
      return [debug(`${event.file}: ${steps(event)}`)];
    case 'migration-applied':
      return [info(`Applied ${event.file}${event.durationMs === undefined ? '' : ` in ${event.durationMs} ms`}`)];
    case 'migration-notice': {
      const { severity, message } = event.notice;
      return [{ level: severity === 'WARNING' ? 'warning' : 'debug', text: `${event.file}: ${severity}: ${message}` }];
    }
    case 'migration-retry':
      return [warning(retrying(event))];
    case 'connection-retry':
      return [warning(reconnecting(event))];
    case 'lock-waiting':
      return [info(waiting(event))];
    case 'warning':
      return [about(event.finding, LEVELS[event.finding.severity], renderFindingAs(say, event.finding))];
    case 'run-finished':
      return [info(finished(event))];
    case 'catalog-not-recorded':
      return [warning(`The catalog was not recorded, so changes without a migration are not found: ${event.error}`)];
    case 'run-interrupted':
      return [warning(event.error)];
    case 'run-started':
    case 'lock-acquired':
    case 'migration-failed':
    case 'run-failed':
    case 'run-refused':
      return [];
    default:
      return renderDrift(say, event);
  }
}

function renderDrift(say: Voice, event: DriftEvent): readonly EventLine[] {
  switch (event.type) {
    case 'drift-found':
      return event.findings.map((each) => about(each, LEVELS[each.severity], `Drift: ${renderFindingAs(say, each)}`));
    case 'drift-reminder':
      return event.findings.map((each) =>
        about(each, 'warning', `Drift still exists${sinceOf(each)}: ${renderFindingAs(say, each)}`),
      );
    case 'drift-resolved':
      return event.findings.map((each) =>
        about(each, 'info', `Drift resolved after ${duration(event.durationMs)}: ${each.subject} [${each.code}]`),
      );
    case 'drift-check-failed':
      return [warning(`The drift check failed, so drift is unknown: ${event.error}`)];
    case 'drift-check-recovered':
      return [info(`The drift check succeeded again after ${duration(event.durationMs)}`)];
  }
}

/** Which steps of a migration are running: `step 2 of 5`. */
export function steps({ step, lastStep, of }: Extract<MigrationEvent, { type: 'migration-step' }>): string {
  return step === lastStep ? `step ${step} of ${of}` : `steps ${step} to ${lastStep} of ${of}`;
}

const LEVELS: Readonly<Record<Severity, LineLevel>> = { note: 'info', warning: 'warning', error: 'warning' };

function retrying({ file, attempt, pauseMs, reason }: EventOf<'migration-retry'>): string {
  return `${file} was rolled back and will be tried again in ${duration(pauseMs)} (attempt ${attempt}): ${reason}`;
}

function reconnecting({ attempt, reason, remainingMs }: EventOf<'connection-retry'>): string {
  return `${reason} Trying again (attempt ${attempt}) for up to ${duration(remainingMs)}`;
}

type EventOf<Type extends MigrationEvent['type']> = Extract<MigrationEvent, { type: Type }>;

function waiting({ holder, waitedMs, remainingMs }: Extract<MigrationEvent, { type: 'lock-waiting' }>): string {
  const times = `${duration(waitedMs)} so far, up to ${duration(remainingMs)} more`;
  return `Waiting for the migration lock, ${describeHolder(holder)} (${times})`;
}

function finished({
  applied,
  appliedByOthers,
  alreadyApplied,
  durationMs,
  left = [],
}: Extract<MigrationEvent, { type: 'run-finished' }>): string {
  const others = appliedByOthers.length > 0 ? `; another process applied ${list(appliedByOthers)}` : '';
  const rest = left.length > 0 ? `; still pending: ${list(left)}` : '';
  if (applied.length > 0) return `Applied ${count(applied.length, 'migration')} in ${durationMs} ms${others}${rest}`;
  if (left.length > 0) return `Nothing left to apply within the limit of this run${others}${rest}`;
  return `Database is up to date (${alreadyApplied + appliedByOthers.length} applied)${others}`;
}

function sinceOf({ since }: Finding): string {
  return since ? ` since ${since.toISOString()}` : '';
}

function debug(text: string): EventLine {
  return { level: 'debug', text };
}

function info(text: string): EventLine {
  return { level: 'info', text };
}

function warning(text: string): EventLine {
  return { level: 'warning', text };
}

function about(finding: Finding, level: LineLevel, text: string): EventLine {
  return { level, text, finding };
}
