import type { Range } from './blank.js';
import { namedPasswords, urlPasswords } from './find-passwords.js';

/** Every secret is near one of these, and few texts contain any. */
const SUSPICIOUS = /password|:\/\//i;
/** What replaces a secret. */
export const MASK = '***';
/** Parameters of a URL whose values may be secret. */
const SECRET_PARAMETER = /password|secret|token|options/i;
/** Shorter values occur everywhere and are not secrets. */
const MIN_VALUE_LENGTH = 4;

/**
 * Replaces secrets with `***`: the content of string literals after the word PASSWORD, passwords in URLs and connection
 * strings, and every occurrence of a value.
 *
 * @param values of placeholders; those of up to 3 characters are ignored.
 */
export function maskSecrets(text: string, values: Iterable<string> = []): string {
  return maskRanges(text, secretRanges(text, values), 0).text;
}

/**
 * Replaces whatever may be secret in a text that is known to be a connection URL: more than {@link maskSecrets} can find
 * in any text. A text that is not a URL is replaced entirely.
 */
export function maskUrl(url: string): string {
  if (!URL.canParse(url)) return MASK;
  const parsed = new URL(url);
  if (parsed.password !== '') parsed.password = MASK;
  for (const name of new Set(parsed.searchParams.keys()))
    if (SECRET_PARAMETER.test(name)) parsed.searchParams.set(name, MASK);
  return parsed.href;
}

/** Finds the secrets in a text, in rising order and without overlaps. */
export function secretRanges(text: string, values: Iterable<string> = []): readonly Range[] {
  const passwords = SUSPICIOUS.test(text) ? [...urlPasswords(text), ...namedPasswords(text)] : [];
  const found: Range[] = passwords.filter(({ start, end }) => start < end);
  for (const value of values) {
    if (value.length < MIN_VALUE_LENGTH) continue;
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1))
      found.push({ start: at, end: at + value.length });
  }
  const merged: Range[] = [];
  for (const range of found.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && range.start < last.end) merged[merged.length - 1] = { ...last, end: Math.max(last.end, range.end) };
    else merged.push(range);
  }
  return merged;
}

/**
 * Masks ranges of a text; they may extend beyond it.
 *
 * @returns the masked text and the new position of the offset; inside a secret, its beginning.
 */
export function maskRanges(text: string, ranges: readonly Range[], offset: number): { text: string; offset: number } {
  let result = '';
  let at = 0;
  let masked = offset;
  for (const range of ranges) {
    const start = Math.max(range.start, 0);
    const end = Math.min(range.end, text.length);
    if (start >= end) continue;
    result += text.slice(at, start);
    if (offset > start) masked = offset < end ? result.length : result.length + MASK.length + offset - end;
    result += MASK;
    at = end;
  }
  return { text: result + text.slice(at), offset: masked };
}
