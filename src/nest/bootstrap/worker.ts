import type { Logger } from '@nestjs/common';
import { ConfigurationError } from '../../core/errors/input-errors.js';
import { messageOfAny } from '../../core/errors/wording.js';
import { retry } from '../../timing/retry.js';
import type { TenantFleet } from '../configuration/tenants.js';

/** The longest pause before another attempt to begin, in ms: the list may come from a table that is yet to be created. */
const LONGEST_PAUSE_MS = 10_000;

/** Migrates tenants for the rollouts of all processes, until the fleet is stopped. */
export function startWorker(fleet: TenantFleet, logger: Pick<Logger, 'log' | 'warn' | 'error'>): void {
  const onRetry = ({ error }: { readonly error: unknown }): void =>
    logger.warn(`The worker for tenants could not start and will retry: ${messageOfAny(error)}`);
  retry(() => fleet.work(), { longestPauseMs: LONGEST_PAUSE_MS, isTransient, onRetry }).catch((error: unknown) =>
    logger.error(`The worker for tenants could not start: ${messageOfAny(error)}`),
  );
}

function isTransient(error: unknown): boolean {
  return !(error instanceof ConfigurationError && error.code === 'INVALID_OPTIONS');
}
