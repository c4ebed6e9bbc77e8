import type { ServerErrorDetails } from '../../core/errors/errors.js';

/** lock_not_available and deadlock_detected: the same statements may well succeed a moment later. */
const PASSING = ['55P03', '40P01'];

export function isPassing({ sqlstate }: ServerErrorDetails): boolean {
  return PASSING.includes(sqlstate);
}
