import * as v from 'valibot';
import { LINT_RULE_NAMES, type LintRuleName } from '../../core/lint/model/rule-names.js';
import type { LintLevel } from '../../core/lint/settings.js';
import { count, objectOf, oneOf } from './checks.js';

const LEVELS = ['off', 'warn', 'error'] as const;
const level = v.optional(oneOf(LEVELS));

const rules = objectOf(Object.fromEntries(LINT_RULE_NAMES.map((name) => [name, level]))) as v.GenericSchema<
  unknown,
  { readonly [Name in LintRuleName]?: LintLevel }
>;

/** The option `lint`; a level alone is short for `onMigrate`. */
export const lintOption = v.pipe(
  v.unknown(),
  v.transform((lint) => (typeof lint === 'string' ? { onMigrate: lint } : lint)),
  objectOf({
    onMigrate: v.optional(oneOf(LEVELS), 'off'),
    rules: v.optional(rules, {}),
    largeTableRows: v.optional(count(1), 100_000),
  }),
);
