import type { LintRuleName } from './model/rule-names.js';

/** The level of a rule; `off` disables it. */
export type LintLevel = 'off' | 'warn' | 'error';

/** Which rules apply, and at which level. */
export interface LintSettings {
  /** Levels that differ from the rule's own. */
  readonly rules: { readonly [Name in LintRuleName]?: LintLevel };
  /** Tables with at least this many rows count as large. */
  readonly largeTableRows: number;
}

/** How this library will run the files. */
export interface RunnerSettings {
  /** `each`: one transaction per migration. `all`: one transaction for all migrations. */
  readonly transaction: 'each' | 'all';
  /** `lock_timeout` of migrations, in ms; 0 means no limit. */
  readonly tableLockTimeoutMs: number;
  /** The schema of unqualified names, if the options set one. */
  readonly defaultSchema: string | undefined;
  /** For files of tenants: the schemas that they may name. @default they are not files of tenants */
  readonly tenantSchemas?: ReadonlySet<string> | undefined;
}
