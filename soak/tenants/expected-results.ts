import type { SaidResult } from './rollout-process.js';
import { FILE_NAMES } from './tenant-files.js';

/** Whether a result is right for a tenant. */
export type IsExpected = (result: SaidResult) => boolean;

/** What is right for each tenant. */
export type ExpectedResults = (tenant: string) => IsExpected;

/** It failed because the server went away. */
export const isLost: IsExpected = ({ outcome, code }) =>
  outcome === 'failed' && ['CONNECTION_LOST', 'UNREACHABLE'].includes(code ?? '');

export const isUntouched: IsExpected = ({ outcome }) => outcome === 'nothing-to-do';

export const isApplied: IsExpected = ({ outcome }) => outcome === 'applied';

export const isDone: IsExpected = (result) => isApplied(result) || isUntouched(result);

/** A file failed. */
export const isBroken: IsExpected = ({ outcome, code }) => outcome === 'failed' && code === 'MIGRATION_FAILED';

/** The second file failed, and only the first one was applied. */
export const isBrokenAtSecond: IsExpected = (result) =>
  isBroken(result) && result.applied.join() === FILE_NAMES.slice(0, 1).join();

/** A tenant that can be migrated, while the server goes away. */
export const isDoneOrLost: IsExpected = (result) => isDone(result) || isLost(result);

/** A tenant that cannot be migrated, while the server goes away. */
export const isBrokenOrLost: IsExpected = (result) => isBroken(result) || isLost(result);
