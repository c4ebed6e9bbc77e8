import type { Finding } from '../errors/finding.js';
import type { MigrationError } from '../errors/migration-error.js';
import type { Text } from '../errors/remedy.js';

/** What a check is about, in the order of the report. */
export type CheckArea =
  'directory' | 'connection' | 'server' | 'pooler' | 'rights' | 'history' | 'lock' | 'options' | 'tenants';

/** How serious the result of a check is. `warning`: should be checked. `error`: must be fixed. */
export type CheckLevel = 'ok' | 'warning' | 'error';

/** One result of the doctor. */
export interface Check {
  readonly area: CheckArea;
  readonly level: CheckLevel;
  /** What was found and what to do about it. */
  readonly what: Text | Finding | MigrationError;
}

/** Creates a result. */
export function check(area: CheckArea, level: CheckLevel, what: Check['what']): Check {
  return { area, level, what };
}
