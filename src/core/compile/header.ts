import type { FindingCode, FindingDetails } from '../errors/finding.js';
import { editDistance } from '../problems/edit-distance.js';
import { isComment, readSpans } from '../sql/text/spans.js';
import { isNoTransactionDirective } from '../tools/registry.js';

/** Timeouts that a file sets for itself, in PostgreSQL's notation: `30s`, `5min`, `0`. */
export interface FileTimeouts {
  readonly lockTimeout?: string;
  readonly statementTimeout?: string;
}

/** The directives in the comments before the first statement of a file. */
export interface Header {
  readonly timeouts: FileTimeouts;
  /** The file must not run in a transaction. */
  readonly noTransaction: boolean;
  /** Misspelled or invalid directives, which would have no effect. */
  readonly mistakes: readonly Mistake[];
}

/** A problem that prevents a file from running. */
export interface Mistake extends Pick<FindingDetails, 'reason' | 'detail' | 'actual'> {
  readonly code: FindingCode;
  readonly offset: number;
}

/** Reads our directives, and those of other tools not to use a transaction. */
export function readHeader(text: string): Header {
  const timeouts: { lockTimeout?: string; statementTimeout?: string } = {};
  const mistakes: Mistake[] = [];
  let noTransaction = false;
  readSpans(text, (kind, start, end) => {
    if (kind !== 'line-comment') return isComment(kind);
    const comment = text.slice(start, end);
    const directive = comment.slice(2).trim();
    if (NO_TRANSACTION.test(directive) || isNoTransactionDirective(directive)) {
      noTransaction = true;
      return true;
    }
    const [, name = '', value] = DIRECTIVE.exec(directive) ?? [];
    const timeout = TIMEOUTS[name.toLowerCase()];
    if (timeout && value !== undefined && DURATION.test(value)) timeouts[timeout] = value;
    else if (timeout) mistakes.push({ code: 'INVALID_DIRECTIVE', offset: start, detail: comment });
    else {
      const hint = name ? closest(name.toLowerCase(), value) : undefined;
      if (hint) mistakes.push({ code: 'UNKNOWN_DIRECTIVE', offset: start, detail: comment, actual: `-- ${hint}` });
    }
    return true;
  });
  return { timeouts, noTransaction, mistakes };
}

/**
 * Two words joined by a dash or underscore, with an optional value: what our directives look like. With a duration as
 * the value, the words may also be joined by spaces or nothing. Longer words are no directive, and a long line of them
 * would take very long to match.
 */
const DIRECTIVE = /^([a-z]{1,30}(?:[-_]| {0,3}(?=[a-z]{1,30}\s*:\s*\d+\s*[a-z]*$))[a-z]{1,30})\s*(?::\s*(.*))?$/i;
const DURATION = /^\d+\s*(?:us|ms|s|min|h|d)?$/;
const TIMEOUTS: Readonly<Record<string, 'lockTimeout' | 'statementTimeout'>> = {
  'lock-timeout': 'lockTimeout',
  'statement-timeout': 'statementTimeout',
};
const NO_TRANSACTION = /^no[-_]transaction$/i;
/** Each directive with an example of its value, for messages. */
const KNOWN: readonly (readonly [name: string, example: string | undefined])[] = [
  ['no-transaction', undefined],
  ['lock-timeout', '30s'],
  ['statement-timeout', '5min'],
];
const MAX_TYPOS = 2;

/** The directive that was probably intended, with the given value if it is valid. */
function closest(name: string, value: string | undefined): string | undefined {
  const [known, example] = KNOWN.find((each) => editDistance(name, each[0]) <= MAX_TYPOS) ?? [];
  if (known === undefined || example === undefined) return known;
  return `${known}: ${value !== undefined && DURATION.test(value) ? value : example}`;
}
