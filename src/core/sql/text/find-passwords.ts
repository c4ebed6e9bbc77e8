import type { Range } from './blank.js';
import { endOfRun, isQuote, isSpaceOrEnd, literalContent, mayEndLiteral } from './quoted-end.js';

/** The SQL keyword, a connection string key, or a URL parameter. */
const KEYWORD = /(?<!\w)(?:ssl|pg)?password/gi;
/** Other keys of a connection string. The equals sign of a password may have spaces around it only next to one. */
const PAIR_BEFORE = /\b(?:host|hostaddr|port|user|dbname|sslmode)\s*=\s*[^\s,]+\s+$/i;
const PAIR_AFTER = /^\s+(?:host|hostaddr|port|user|dbname|sslmode)\s*=/i;
const NEIGHBOUR_LENGTH = 100;
const DOLLAR_TAG = /\$\w*\$/y;
/** A port, followed by a path or a query. */
const PORT = /\d{1,5}(?:\/|\?[\w.-]{1,40}=)/y;
/** Final characters that indicate a query, not a user name. */
const QUERY = /\?[\w.-]{1,40}=[^?]{0,40}$/;

/**
 * Finds `user:password@` in URLs. The password ends at the last `@`, because it need not be encoded; a port is not one.
 * Each character is read a fixed number of times.
 */
export function* urlPasswords(text: string): Generator<Range> {
  let at = text.indexOf('://');
  while (at >= 0) {
    const userStart = at + '://'.length;
    const userEnd = endOfToken(text, userStart, (char) => ':/@'.includes(char));
    let next = userEnd;
    if (text[userEnd] === ':' && !QUERY.test(text.slice(Math.max(userStart, userEnd - NEIGHBOUR_LENGTH), userEnd))) {
      const start = userEnd + 1;
      if (!matchesAt(PORT, text, start)) {
        next = endOfToken(text, start, () => false);
        // Without one, no URL that starts before the end of the token has a password.
        yield { start, end: start + Math.max(text.slice(start, next).lastIndexOf('@'), 0) };
      }
    }
    at = text.indexOf('://', next);
  }
}

/** Finds the literals and values after the word PASSWORD. Each character is read a fixed number of times. */
export function* namedPasswords(text: string): Generator<Range> {
  let next = 0;
  for (const { 0: keyword, index } of text.matchAll(KEYWORD)) {
    if (index < next) continue;
    const found = passwordAfter(text, index, index + keyword.length);
    if (!found) continue;
    yield found;
    next = found.end;
  }
}

function passwordAfter(text: string, keyword: number, keywordEnd: number): Range | undefined {
  const sign = endOfSpaces(text, keywordEnd);
  const hasSign = text[sign] === '=';
  const start = hasSign ? endOfSpaces(text, sign + 1) : sign;
  const isAdjacent = start === keywordEnd + 1 && hasSign;
  if (isAdjacent && /[?&]/.test(text[keyword - 1] ?? ''))
    return { start, end: endOfToken(text, start, (char) => char === '&') };
  if (start === keywordEnd) return undefined;
  const literal = literalAt(text, start, hasSign);
  if (literal !== 'none') return literal;
  if (!hasSign) return undefined;
  if (!isAdjacent && PAIR_BEFORE.test(text.slice(Math.max(0, keyword - NEIGHBOUR_LENGTH), keyword)))
    return { start, end: endOfValue(text, start) };
  const end = endOfValue(text, start);
  return isAdjacent || PAIR_AFTER.test(text.slice(end, end + NEIGHBOUR_LENGTH)) ? { start, end } : undefined;
}

/** The content of a literal of any kind, `undefined` if it is empty, or `none`. @param isValue after an equals sign */
function literalAt(text: string, at: number, isValue: boolean): Range | undefined | 'none' {
  const prefix = /^(?:(e)|u&)?'/i.exec(text.slice(at, at + 3));
  if (prefix) return literalContent(text, at + prefix[0].length - 1, isValue || prefix[1] !== undefined);
  // Elsewhere, double quotes enclose names.
  if (isValue && text[at] === '"') return mayEndLiteral(text, at + 1) ? undefined : literalContent(text, at, true);
  if (!matchesAt(DOLLAR_TAG, text, at)) return 'none';
  const start = DOLLAR_TAG.lastIndex;
  const end = text.indexOf(text.slice(at, start), start);
  return { start, end: end < 0 ? text.length : end };
}

/** The end of a value of a connection string, in which a backslash escapes a space. */
function endOfValue(text: string, from: number): number {
  return endOfToken(text, from, (char, at) => char === ';' && isSpaceOrEnd(text.charCodeAt(at + 1)), true);
}

/** The end of a text without spaces, which may contain quotes. @param stops whether it ends at another character */
function endOfToken(
  text: string,
  from: number,
  stops: (char: string, at: number) => boolean,
  escapesSpaces = false,
): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isQuote(code)) {
      const end = endOfRun(text, at);
      if ((end - at) % 2 === 1 && mayEndLiteral(text, end)) return at;
      at = end;
    } else if (text[at] === '\\' && (escapesSpaces || isQuote(text.charCodeAt(at + 1)))) {
      at += 2;
    } else if (isSpaceOrEnd(code) || stops(text[at] ?? '', at)) {
      return at;
    } else at++;
  }
  return text.length;
}

function endOfSpaces(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpaceOrEnd(text.charCodeAt(at))) at++;
  return at;
}

function matchesAt(sticky: RegExp, text: string, at: number): boolean {
  sticky.lastIndex = at;
  return sticky.test(text);
}
