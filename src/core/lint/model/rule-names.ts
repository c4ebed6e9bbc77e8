/** The names of all rules. They are apart from the rules, so that options can be checked without loading those. */
export const LINT_RULE_NAMES = [
  'create-index-not-concurrently',
  'drop-index-not-concurrently',
  'reindex-not-concurrently',
  'refresh-not-concurrently',
  'foreign-key-without-not-valid',
  'check-without-not-valid',
  'validate-in-same-transaction',
  'constraint-without-index',
  'set-not-null-without-check',
  'column-type-rewrite',
  'volatile-default',
  'stored-generated-column',
  'serial-column',
  'required-column',
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
  'lock-wait-without-limit',
  'session-lock',
  'set-search-path',
  'missing-if-not-exists',
  'leftover-placeholder',
  'duplicate-version',
  'unreadable-statement',
  'refused-file',
  'invalid-allow',
] as const;

/** The name of a rule. Names are stable: options, comments and scripts may depend on them. */
export type LintRuleName = (typeof LINT_RULE_NAMES)[number];

export function isLintRuleName(text: string): text is LintRuleName {
  return (LINT_RULE_NAMES as readonly string[]).includes(text);
}
