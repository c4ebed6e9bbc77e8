/** The names of all rules, kept separate from the rules so that options can be validated without loading them. */
export const LINT_RULE_NAMES = [
  'create-index-without-concurrently',
  'drop-index-without-concurrently',
  'reindex-without-concurrently',
  'refresh-without-concurrently',
  'foreign-key-without-not-valid',
  'check-without-not-valid',
  'validate-in-same-transaction',
  'constraint-without-index',
  'set-not-null-without-check',
  'column-type-rewrite',
  'volatile-default',
  'stored-generated-column',
  'serial-column',
  'add-not-null-column',
  'rename-column',
  'rename-table',
  'rename-enum-value',
  'drop-column',
  'drop-table',
  'truncate-cascade',
  'missing-where',
  'unbounded-write',
  'vacuum-full',
  'cluster',
  'access-exclusive-held',
  'missing-lock-timeout',
  'session-lock',
  'set-search-path',
  'hard-coded-schema',
  'missing-if-not-exists',
  'leftover-placeholder',
  'duplicate-version',
  'unreadable-statement',
  'refused-file',
  'invalid-allow',
] as const;

/** The name of a rule. Names are stable: options, comments and scripts may depend on them. */
export type LintRuleName = (typeof LINT_RULE_NAMES)[number];

/** True for the name of a rule. */
export function isLintRuleName(text: string): text is LintRuleName {
  return (LINT_RULE_NAMES as readonly string[]).includes(text);
}
