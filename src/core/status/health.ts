import type { Finding } from '../errors/finding.js';
import { count } from '../errors/wording.js';
import { compareMigrations, migrationOrder } from '../migration/version.js';
import { findDrift } from './findings.js';
import { DEFAULT_HEALTH_RULES, worstOf, type HealthRule, type HealthRules, type HealthStatus } from './health-rules.js';
import { actionOf, isAtLeast, type DriftPolicy } from './policy.js';
import type { MigrationState, MigrationStatus } from './status.js';
import { summarize, type StatusSummary } from './summary.js';

/** Whether the database is ready for this release. */
export interface MigrationHealth extends HealthVerdict {
  readonly summary: StatusSummary;
  /** The conditions that were found, to which other rules can be applied. */
  readonly conditions: readonly HealthCondition[];
}

/** The result of applying rules to conditions. */
export interface HealthVerdict {
  readonly status: HealthStatus;
  /** False when the status is `down`. */
  readonly up: boolean;
  /** Why it has this status. */
  readonly message: string;
  /** The first ten migrations that keep it from being up. */
  readonly blocking: readonly HealthFile[];
}

/** A migration of this release that is not applied. */
export interface HealthFile {
  readonly file: string;
  readonly state: MigrationState;
}

/** A condition of files and history that may affect a health check. */
export interface HealthCondition {
  /**
   * The rule for this condition. Some conditions have none: an empty directory although migrations have been
   * applied is down, a `note` is up, and what the policy ignores is not mentioned.
   */
  readonly kind: keyof HealthRules | 'empty-directory' | 'note' | 'ignored';
  /** Contains no file names. */
  readonly text: string;
  /** The first ten affected migrations of this release. */
  readonly files: readonly HealthFile[];
}

const MAX_LISTED = 10;

/**
 * Considers only the migrations in this release's directory: by default a row of another release never takes a healthy
 * replica down, and a database that is ahead is up.
 */
export function assessHealth(statuses: readonly MigrationStatus[], policy: DriftPolicy): MigrationHealth {
  const summary = summarize(statuses);
  const conditions = [
    ...emptyDirectory(statuses, summary),
    ...UNAPPLIED.flatMap((each) => unapplied(statuses, each)),
    ...drifted(statuses, policy),
  ];
  return { ...judgeHealth(conditions, DEFAULT_HEALTH_RULES), summary, conditions };
}

/** Applies rules to conditions. */
export function judgeHealth(conditions: readonly HealthCondition[], rules: HealthRules): HealthVerdict {
  const judged = conditions.map((condition) => ({ ...condition, rule: ruleFor(condition, rules) }));
  const status = worstOf(judged.flatMap(({ rule }) => (rule === 'ignore' ? [] : [rule])));
  const reasons = judged.filter(({ rule }) => rule === status);
  return {
    status,
    up: status !== 'down',
    message: reasons.map(({ text }) => text).join('; ') || (judged.length === 0 ? 'up to date' : 'nothing to report'),
    blocking: status === 'up' ? [] : inOrder(reasons.flatMap(({ files }) => files)).slice(0, MAX_LISTED),
  };
}

function inOrder(files: readonly HealthFile[]): HealthFile[] {
  return files.toSorted((a, b) => compareMigrations(migrationOrder(a.file), migrationOrder(b.file)));
}

function ruleFor({ kind }: HealthCondition, rules: HealthRules): HealthRule {
  if (kind === 'empty-directory') return 'down';
  if (kind === 'note') return 'up';
  return kind === 'ignored' ? 'ignore' : rules[kind];
}

function emptyDirectory(statuses: readonly MigrationStatus[], { applied }: StatusSummary): HealthCondition[] {
  if (applied === 0 || statuses.some(({ onDisk }) => onDisk)) return [];
  const text = `the directory of this release contains no migrations, but ${applied} ${applied === 1 ? 'is' : 'are'} applied`;
  return [{ kind: 'empty-directory', text, files: [] }];
}

interface Unapplied {
  readonly kind: 'pending' | 'failed' | 'running';
  readonly states: readonly MigrationState[];
  readonly verb: string;
}

const UNAPPLIED: readonly Unapplied[] = [
  { kind: 'failed', states: ['failed'], verb: 'failed' },
  { kind: 'running', states: ['running'], verb: 'started and not finished' },
  { kind: 'pending', states: ['pending', 'out-of-order', 'ambiguous', 'unusable'], verb: 'not applied' },
];

function unapplied(statuses: readonly MigrationStatus[], { kind, states, verb }: Unapplied): HealthCondition[] {
  const found = statuses.filter(({ state }) => states.includes(state));
  if (found.length === 0) return [];
  const files = found.slice(0, MAX_LISTED).map(({ file, state }) => ({ file, state }));
  return [{ kind, text: `${count(found.length, 'migration')} of this release ${verb}`, files }];
}

/** The findings about applied migrations, with their summary text. */
const DRIFT: readonly (readonly [code: Finding['code'], text: (n: number) => string])[] = [
  ['CHANGED', (n) => `${count(n, 'file')} changed since applied`],
  ['COSMETIC', (n) => `${count(n, 'file')} changed since applied, in comments or whitespace only`],
  ['MISSING', (n) => `${count(n, 'applied file')} missing`],
  ['RENAMED', (n) => `${count(n, 'file')} renamed since applied`],
  ['AHEAD', (n) => `the database is ahead of this release by ${count(n, 'migration')}`],
  ['ORPHANED', (n) => `${count(n, 'unfinished migration')} without a file`],
  ['INVALID_INDEX', (n) => `${n === 1 ? '1 invalid index' : `${n} invalid indexes`} left by a migration`],
];

function drifted(statuses: readonly MigrationStatus[], policy: DriftPolicy): HealthCondition[] {
  const findings = findDrift(statuses);
  return DRIFT.flatMap(([code, text]) => {
    const [first, ...others] = findings.filter((each) => each.code === code);
    return first ? [{ kind: kindOf(first, policy), text: text(others.length + 1), files: [] }] : [];
  });
}

function kindOf(found: Finding, policy: DriftPolicy): HealthCondition['kind'] {
  if (found.code === 'AHEAD') return 'ahead';
  if (isAtLeast('alert', policy, found)) return 'drift';
  return actionOf(policy, found) === 'ignore' ? 'ignored' : 'note';
}
