/** Offsets of the content of a literal. If the literal never ends, its end is the end of the text. */
interface Content {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 39;
const DOUBLE_QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const SIGNS_AFTER_QUOTE = ',;)]}|';

/** True for a space, and at the end of the text, where the code is NaN. */
export function isSpaceOrEnd(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || Number.isNaN(code);
}

/** True for a quote of either kind. */
export function isQuote(code: number): boolean {
  return code === QUOTE || code === DOUBLE_QUOTE;
}

/** The end of the run of equal characters that starts at an offset. */
export function endOfRun(text: string, from: number): number {
  const code = text.charCodeAt(from);
  let at = from + 1;
  while (text.charCodeAt(at) === code) at++;
  return at;
}

/**
 * True if quotes may end a literal: what follows is a space, a sign or a cast, or the text ends. Other quotes are
 * characters that somebody forgot to escape, or that need not be escaped in this form.
 */
export function mayEndLiteral(text: string, quotesEnd: number): boolean {
  const next = text.charCodeAt(quotesEnd);
  if (next !== COLON) return isSpaceOrEnd(next) || SIGNS_AFTER_QUOTE.includes(text.charAt(quotesEnd));
  return text.charCodeAt(quotesEnd - 1) === DOUBLE_QUOTE || text.charCodeAt(quotesEnd + 1) === COLON;
}

/**
 * The content of the literal that starts with quotes at an offset, possibly nested in other literals, each doubling
 * the quotes. Undefined if it is empty.
 *
 * @param escapes whether a backslash escapes the next quote.
 */
export function literalContent(text: string, from: number, escapes: boolean): Content | undefined {
  const quotes = endOfRun(text, from) - from;
  // A literal nested in n others has 2^n quotes; any that follow come in pairs of that many, and belong to its content.
  const delimiter = quotes & -quotes;
  if (delimiter > 1 && isEmpty(text, from + quotes, delimiter)) return undefined;
  const start = from + delimiter;
  const code = text.charCodeAt(from);
  let at = from + quotes;
  while (at < text.length) {
    const current = text.charCodeAt(at);
    if (current === BACKSLASH && escapes) {
      at = afterEscaped(text, at, code, delimiter);
    } else if (current === code) {
      const end = endOfRun(text, at);
      const unpaired = (end - at) % (2 * delimiter);
      if (unpaired > 0 && mayEndLiteral(text, end)) return { start, end: end - unpaired };
      at = end;
    } else at++;
  }
  return { start, end: text.length };
}

/** True if the quotes before an offset form an empty literal, not the start of a nested literal. */
function isEmpty(text: string, quotesEnd: number, delimiter: number): boolean {
  if (isSpaceOrEnd(text.charCodeAt(quotesEnd))) return true;
  if (!mayEndLiteral(text, quotesEnd)) return false;
  const next = text.indexOf(text.charAt(quotesEnd - 1), quotesEnd);
  return next < 0 || endOfRun(text, next) - next < delimiter;
}

/** The offset after a backslash and the character that it escapes, which may be a quote of several characters. */
function afterEscaped(text: string, backslash: number, quote: number, delimiter: number): number {
  let at = backslash + 1;
  if (text.charCodeAt(at) !== quote) return at + 1;
  while (at <= backslash + delimiter && text.charCodeAt(at) === quote) at++;
  return at;
}
