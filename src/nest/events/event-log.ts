import type { Logger } from '@nestjs/common';
import type { MigrationEvent } from '../../core/events/events.js';

/** Writes an event to Nest's logger. A failed migration is not logged here: the error that is thrown says it, once. */
export function logEvent(logger: Logger, event: MigrationEvent): void {
  switch (event.type) {
    case 'run-started':
      return logger.log(`${event.pending.length} to apply`);
    case 'migration-started':
      return logger.debug(`${event.number} of ${event.of}: ${event.file}`);
    case 'migration-applied':
      return logger.log(`Applied ${event.file} in ${event.executionTimeMs} ms`);
    case 'migration-notice':
      return logger[event.notice.severity === 'WARNING' ? 'warn' : 'debug'](
        `${event.file}: ${event.notice.severity}: ${event.notice.message}`,
      );
    case 'run-finished':
      if (event.succeeded) logger.log(`${event.applied.length} applied in ${event.durationMs} ms`);
      return;
    case 'waiting-for-lock':
      return logger.log(`Another process is migrating; waiting for it (${Math.round(event.waitedMs / 1000)} s so far)`);
    case 'connection-retry':
      return logger.warn(`${event.reason} Trying again (attempt ${event.attempt})`);
    case 'migration-retry':
      return logger.warn(
        `${event.file} was rolled back and is tried again (attempt ${event.attempt}): ${event.reason}`,
      );
    case 'warning':
      return logger.warn(event.message);
    case 'drift-found':
      for (const { message } of event.findings) logger.warn(`Drift: ${message}`);
      return;
    case 'drift-resolved':
      for (const { file, kind } of event.findings) logger.log(`Drift resolved: ${file} is no longer ${kind}`);
      return;
    case 'drift-check-failed':
      return logger.warn(`The drift watch could not look, so drift is unknown: ${event.error}`);
    case 'migration-failed':
      return;
  }
}
