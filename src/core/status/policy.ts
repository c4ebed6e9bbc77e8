import type { Finding, FindingCode } from '../errors/finding.js';

/**
 * What to do about a finding. Each action includes the ones below it.
 *
 * - `fail`: runs are refused, and the commands `check` and `status --exit-code` end with exit code 1.
 * - `alert`: the drift check alerts.
 * - `warn`: runs and drift checks log a warning.
 * - `note`: `drift()` and events include it, and drift checks log it as information.
 * - `ignore`: only `status()` shows the state.
 */
export type PolicyAction = 'fail' | 'alert' | 'warn' | 'note' | 'ignore';

/** What to do about each kind of drift, at the start, in drift checks and on the command line. */
export interface DriftPolicy {
  /** Applied, and the statements of the file have changed since. @default 'alert' */
  readonly changed: PolicyAction;
  /** Applied, and only comments or whitespace have changed since. @default 'note' */
  readonly cosmetic: PolicyAction;
  /** Applied under another name. @default 'warn' */
  readonly renamed: PolicyAction;
  /** Applied, and the file is gone. @default 'alert' */
  readonly missing: PolicyAction;
  /** Pending, but sorts before the newest applied migration. The next run applies it, except with `fail`. @default 'alert' */
  readonly outOfOrder: PolicyAction;
  /** Failed. The next run retries it, except with `fail`. @default 'alert' */
  readonly failed: PolicyAction;
  /** Failed or unfinished, and the file is gone. @default 'alert' */
  readonly orphaned: PolicyAction;
  /** An index that a failed migration left invalid. @default 'alert' */
  readonly invalidIndex: PolicyAction;
  /** Applied by a newer release than this one. @default 'note' */
  readonly ahead: PolicyAction;
  /** Applied without a checksum; the next run adopts it. @default 'note' */
  readonly unverified: PolicyAction;
  /** Created in the database without a migration. Runs do not look for it. @default 'alert' */
  readonly objectAdded: PolicyAction;
  /** Dropped without a migration. Runs do not look for it. @default 'alert' */
  readonly objectRemoved: PolicyAction;
  /** Changed without a migration. Runs do not look for it. @default 'alert' */
  readonly objectChanged: PolicyAction;
}

/** A kind of drift that a policy decides about. */
export type DriftKind = keyof DriftPolicy;

/** What each kind of drift causes, unless the option `policy` says otherwise. */
export const DEFAULT_POLICY: DriftPolicy = {
  changed: 'alert',
  cosmetic: 'note',
  renamed: 'warn',
  missing: 'alert',
  outOfOrder: 'alert',
  failed: 'alert',
  orphaned: 'alert',
  invalidIndex: 'alert',
  ahead: 'note',
  unverified: 'note',
  objectAdded: 'alert',
  objectRemoved: 'alert',
  objectChanged: 'alert',
};

/** From the least to the most severe. */
export const POLICY_ACTIONS = ['ignore', 'note', 'warn', 'alert', 'fail'] as const satisfies readonly PolicyAction[];

const DRIFT_KINDS: Partial<Record<FindingCode, DriftKind>> = {
  CHANGED: 'changed',
  COSMETIC: 'cosmetic',
  RENAMED: 'renamed',
  MISSING: 'missing',
  OUT_OF_ORDER: 'outOfOrder',
  FAILED: 'failed',
  ORPHANED: 'orphaned',
  INVALID_INDEX: 'invalidIndex',
  AHEAD: 'ahead',
  UNVERIFIED: 'unverified',
  OBJECT_ADDED: 'objectAdded',
  OBJECT_REMOVED: 'objectRemoved',
  OBJECT_CHANGED: 'objectChanged',
  NOT_IN_MIGRATIONS: 'objectAdded',
  NOT_IN_DATABASE: 'objectRemoved',
  DIFFERS_FROM_MIGRATIONS: 'objectChanged',
  TENANT_OBJECT_ADDED: 'objectAdded',
  TENANT_OBJECT_MISSING: 'objectRemoved',
  TENANT_OBJECT_DIFFERENT: 'objectChanged',
};

/** Findings that are not a kind of drift, or that no policy can allow. */
const FIXED: Partial<Record<FindingCode, PolicyAction>> = {
  UNUSABLE_FILE: 'fail',
  AMBIGUOUS_RENAME: 'fail',
  EMPTY_DIRECTORY: 'fail',
  RENAMED_UNFINISHED: 'warn',
  NO_MIGRATIONS: 'warn',
};

/** The action that a policy specifies for a finding. */
export function actionOf(policy: DriftPolicy, { code, severity }: Finding): PolicyAction {
  const grade = DRIFT_KINDS[code];
  if (grade) return policy[grade];
  return FIXED[code] ?? (severity === 'error' ? 'alert' : severity === 'warning' ? 'warn' : 'note');
}

/** True if a policy specifies at least this action for a finding. */
export function isAtLeast(action: PolicyAction, policy: DriftPolicy, found: Finding): boolean {
  return POLICY_ACTIONS.indexOf(actionOf(policy, found)) >= POLICY_ACTIONS.indexOf(action);
}
