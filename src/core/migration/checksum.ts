import { hash } from 'node:crypto';
import { canonicalSql } from '../sql/text/canonical.js';

/**
 * SHA-256, in hex, of a migration's text with a byte order mark removed and all line ends as LF, so that a checkout
 * with other line ends is not a change. Anything else is.
 */
export function checksum(text: string): string {
  const withoutMark = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const normalised = withoutMark.includes('\r') ? withoutMark.replace(/\r\n?/g, '\n') : withoutMark;
  return sha256(normalised);
}

/** The same over the text without comments and with all whitespace alike: equal when a change was only cosmetic. */
export function canonicalChecksum(text: string): string {
  return sha256(canonicalSql(text));
}

function sha256(text: string): string {
  return hash('sha256', text);
}
