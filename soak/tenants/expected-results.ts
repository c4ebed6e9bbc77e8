import type { SaidResult } from './rollout-process.js';

/** Whether a result is right for a tenant. */
export type IsExpected = (result: SaidResult) => boolean;

/** What is right for each tenant. */
export type ExpectedResults = (tenant: string) => IsExpected;

/** It failed because the server went away. */
export const isLost: IsExpected = ({ outcome, code }) =>
  outcome === 'failed' && ['CONNECTION_LOST', 'UNREACHABLE'].includes(code ?? '');

export const isUntouched: IsExpected = ({ outcome }) => outcome === 'nothing-to-do';

export const isDone: IsExpected = (result) => result.outcome === 'applied' || isUntouched(result);

/** A file failed. */
export const isBroken: IsExpected = ({ outcome, code }) => outcome === 'failed' && code === 'MIGRATION_FAILED';

/** A tenant that can be migrated, while the server goes away. */
export const isDoneOrLost: IsExpected = (result) => isDone(result) || isLost(result);

/** A tenant that cannot be migrated, while the server goes away. */
export const isBrokenOrLost: IsExpected = (result) => isBroken(result) || isLost(result);
