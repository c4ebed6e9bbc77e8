import { editDistance } from '../problems/edit-distance.js';
import { readSpans } from '../sql/text/spans.js';

/** A comment that suppresses a lint rule: `-- allow: drop-column because no release reads it`. */
export interface Allowance {
  /** `statement`: the next statement, or the one that the comment is in. `file`: the whole file (`allow-file`). */
  readonly scope: 'statement' | 'file';
  /** The rule as written; empty if there is none. */
  readonly rule: string;
  /** The reason; undefined if none is given. */
  readonly reason: string | undefined;
  /** The comment as written. */
  readonly written: string;
  /** True if the word before the colon is misspelled, so that the comment has no effect. */
  readonly isMisspelled: boolean;
  /** UTF-16 offset of the comment. */
  readonly offset: number;
}

const FORM = /^([a-z]+)((?:[-_ ]?file)?)\s*:\s*(\S*)(?:\s+(.*))?$/i;
const REASON = /^because\b[\s:]*(\S.*)$/i;
const RULE_LIKE = /^[a-z]+(?:-[a-z]+)+\W?$/i;

/** Reads the `allow` comments of a text, in order. */
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
  // An ordinary comment may begin with the same word: "allow: everybody reads it".
  const isMeant = RULE_LIKE.test(rule) || reason !== undefined || (rest === '' && !isMisspelled);
  if (!isMeant) return undefined;
  return { scope: file === '' ? 'statement' : 'file', rule, reason, written, isMisspelled };
}
