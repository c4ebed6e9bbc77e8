import type { ReadFlags } from '../../process/flags.js';
import type { Action } from '../action.js';
import { timeoutOf, waitUntil } from '../wait-until.js';
import { reading } from '../with-migrator.js';

/** Waits until nothing is pending. */
export const wait: Action<ReadFlags> = (flags, terminal) => {
  const timeoutMs = timeoutOf(flags);
  return reading(flags, (migrator) => waitUntil(() => migrator.validate(), timeoutMs, flags, terminal));
};
