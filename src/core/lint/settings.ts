import type { LintRuleName } from './model/rule-names.js';

/** How seriously a rule is taken; `off` turns it off. */
export type LintLevel = 'off' | 'warn' | 'error';

/** Which rules judge, and how seriously. */
export interface LintSettings {
  /** Levels that differ from the rule's own. */
  readonly rules: { readonly [Name in LintRuleName]?: LintLevel };
  /** Rows from which a table counts as large. */
  readonly largeTable: number;
}

/** How this runner will run the files. */
export interface RunnerSettings {
  /** `each`: one transaction per migration. `all`: one transaction for all migrations. */
  readonly transaction: 'each' | 'all';
  /** `lock_timeout` of migrations, in ms; 0 is no limit. */
  readonly tableLockTimeoutMs: number;
  /** The schema of names without one, if the options say so. */
  readonly defaultSchema: string | undefined;
}
