import type { Allowance } from '../../compile/allowances.js';
import type { Range } from '../../sql/text/blank.js';
import { editDistance } from '../../problems/edit-distance.js';
import type { ParsedFile } from './parsed-file.js';
import { isLintRuleName, LINT_RULE_NAMES } from './rule-names.js';

/** An `allow` comment with what it applies to. */
export interface PlacedAllowance extends Allowance {
  /** Why it has no effect, and what to do; undefined if it is valid. */
  readonly mistake: { readonly message: string; readonly remedy: string } | undefined;
  /** UTF-16 offsets of what it applies to; undefined for the whole file. */
  readonly range: Range | undefined;
}

const FORM = 'Write it like "-- allow: drop-column because no release reads it".';

/** Determines what the `allow` comments of a file apply to. */
export function placeAllowances(file: ParsedFile): PlacedAllowance[] {
  const statements = [...file.transactions.flatMap((each) => each.statements), ...file.unreadable].toSorted(
    (a, b) => a.start - b.start,
  );
  const text = file.program?.source.sql ?? '';
  return file.allowances.map((allowance) => {
    const next = statements.findIndex(({ end }) => end > allowance.offset);
    const before = statements.at(next < 0 ? -1 : next - 1);
    const isTrailing = next !== 0 && before !== undefined && !/[\r\n]/.test(text.slice(before.end, allowance.offset));
    const range = allowance.scope === 'statement' ? statements[next] : undefined;
    return { ...allowance, range, mistake: mistakeOf(allowance, isTrailing, range !== undefined) };
  });
}

function mistakeOf(
  { scope, rule, reason, written, isMisspelled }: Allowance,
  isTrailing: boolean,
  hasStatement: boolean,
): PlacedAllowance['mistake'] {
  const quoted = `has the comment "${written}"`;
  if (isMisspelled) return { message: `${quoted}, which is misspelled and allows nothing`, remedy: FORM };
  if (!isLintRuleName(rule)) return { message: `${quoted}, but there is no rule "${rule}"`, remedy: suggestion(rule) };
  if (reason === undefined) return { message: `${quoted}, which gives no reason and allows nothing`, remedy: FORM };
  if (scope === 'file') return undefined;
  if (isTrailing || !hasStatement)
    return {
      message: `${quoted}, which comes after its statement and allows nothing`,
      remedy: 'Put it on its own line before the statement.',
    };
  return undefined;
}

function suggestion(rule: string): string {
  const near = LINT_RULE_NAMES.find((name) => editDistance(name, rule) <= 3);
  return near ? `Did you mean "${near}"?` : 'All rules are listed in docs/lint.md.';
}

/** True if a comment in the file allows what a rule found. @param offset undefined for the file as a whole. */
export function isAllowed(allowances: readonly PlacedAllowance[], rule: string, offset: number | undefined): boolean {
  return allowances.some(
    ({ mistake, scope, rule: allowed, range }) =>
      mistake === undefined &&
      allowed === rule &&
      (scope === 'file' ||
        (range !== undefined && offset !== undefined && range.start <= offset && offset < range.end)),
  );
}
