import { hash } from 'node:crypto';
import { canonicalSql } from '../sql/text/canonical.js';

/**
 * SHA-256 (hex) of a migration's text with all line endings as LF, so that a checkout with other line endings is not a
 * change.
 */
export function checksum(text: string): string {
  return hash('sha256', withLineFeeds(text));
}

/** SHA-256 (hex) of the text without comments and with normalized whitespace: cosmetic changes do not affect it. */
export function canonicalChecksum(text: string): string {
  return hash('sha256', canonicalSql(text));
}

/** The text with every line ending converted to LF. */
export function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}
