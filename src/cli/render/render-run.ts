import type { MigrationEvent } from '../../core/events/events.js';

/** An event of a run as a line for people; undefined for what needs no line. */
export function renderEvent(event: MigrationEvent): string | undefined {
  switch (event.type) {
    case 'migration-applied':
      return `applied ${event.file} (${event.executionTimeMs} ms)`;
    case 'migration-notice':
      return `  ${event.notice.severity}: ${event.notice.message}`;
    case 'waiting-for-lock':
      return `another process is migrating; waiting for it (${Math.round(event.waitedMs / 1000)} s so far)`;
    case 'connection-retry':
      return `${event.reason} Trying again (attempt ${event.attempt})`;
    case 'migration-retry':
      return `${event.file} was rolled back and is tried again (attempt ${event.attempt}): ${event.reason}`;
    case 'warning':
      return `warning: ${event.message}`;
    default:
      return undefined;
  }
}
