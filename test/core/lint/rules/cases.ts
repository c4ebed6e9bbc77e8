import { describe, expect, test } from '@jest/globals';
import type { LintRuleName } from '../../../../src/core/lint/model/rule-names.js';
import { rulesFinding, type Circumstances } from '../linted.js';

/** A migration, or one with what else is known. */
export type Case = string | readonly [text: string, circumstances: Circumstances];

/** Migrations in which a rule must find something, and the nearest ones in which it must not. */
export interface Cases {
  readonly found: readonly Case[];
  readonly harmless: readonly Case[];
}

/** Registers the tests of some rules. */
export function testRules(rules: { readonly [Name in LintRuleName]?: Cases }): void {
  describe.each(Object.entries(rules))('%s', (rule, { found, harmless }) => {
    test.each(found.map(asTuple))('finds: %s', async (text, circumstances) => {
      expect(await rulesFinding(text, circumstances)).toContain(rule);
    });

    test.each(harmless.map(asTuple))('does not find: %s', async (text, circumstances) => {
      expect(await rulesFinding(text, circumstances)).not.toContain(rule);
    });
  });
}

function asTuple(each: Case): readonly [string, Circumstances] {
  return typeof each === 'string' ? [each, {}] : each;
}
