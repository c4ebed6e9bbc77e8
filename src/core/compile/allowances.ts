import { editDistance } from '../sql/text/edit-distance.js';
import { readSpans } from '../sql/text/spans.js';

/** A comment that allows what a lint rule finds: `-- allow: drop-column because no release reads it`. */
export interface Allowance {
  /** `statement`: the next statement, or the one that the comment is in. `file`: the whole file (`allow-file`). */
  readonly scope: 'statement' | 'file';
  /** The rule as it is written; empty if there is none. */
  readonly rule: string;
  /** Why; undefined if it does not say. */
  readonly reason: string | undefined;
  /** The comment. */
  readonly written: string;
  /** True if the word before the colon is misspelled, so that the comment has no effect. */
  readonly isMisspelled: boolean;
  /** UTF-16 offset of the comment. */
  readonly offset: number;
}

const FORM = /^([a-z]+)((?:[-_ ]?file)?)\s*:\s*(\S*)(?:\s+(.*))?$/i;
const REASON = /^because\b[\s:]*(\S.*)$/i;
const RULE_LIKE = /^[a-z]+(?:-[a-z]+)+\W?$/i;

/** Reads the comments of a text that allow something, in order. */
export function readAllowances(text: string): Allowance[] {
  const found: Allowance[] = [];
  readSpans(text, (kind, start, end) => {
    if (kind !== 'line-comment') return;
    const allowance = readAllowance(text.slice(start, end).trimEnd());
    if (allowance) found.push({ ...allowance, offset: start });
  });
  return found;
}

function readAllowance(written: string): Omit<Allowance, 'offset'> | undefined {
  const [, word, file = '', rule = '', rest = ''] = FORM.exec(written.slice(2).trim()) ?? [];
  if (word === undefined || editDistance(word.toLowerCase(), 'allow') > 1) return undefined;
  const reason = REASON.exec(rest)?.[1];
  const isMisspelled = word.toLowerCase() !== 'allow' || !/^(?:-file)?$/i.test(file);
  // Other comments may begin with such a word: "allow: everybody reads it".
  const isMeant = RULE_LIKE.test(rule) || reason !== undefined || (rest === '' && !isMisspelled);
  if (!isMeant) return undefined;
  return { scope: file === '' ? 'statement' : 'file', rule, reason, written, isMisspelled };
}
