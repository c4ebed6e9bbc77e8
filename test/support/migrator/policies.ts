import type { DriftPolicy, PolicyAction } from '../../../src/migrator.js';

function drift(action: PolicyAction): Partial<DriftPolicy> {
  return { changed: action, cosmetic: action, renamed: action, missing: action };
}

/** Runs are refused because of applied migrations whose files differ. */
export const DRIFT_FAILS = drift('fail');

/** Applied migrations whose files differ are not mentioned. */
export const DRIFT_IGNORED = drift('ignore');
