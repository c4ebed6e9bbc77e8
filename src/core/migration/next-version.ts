import { CALENDAR } from './version.js';

/** How versions are chosen: the next number, or the time. */
export type VersionStyle = 'number' | 'timestamp';

/** A date with or without a time, with optional separators. */
export const DASHED_FORM = String.raw`\d{4}([-_])\d{2}\1\d{2}(?:[-_T ]?\d{2}[-_:]?\d{2}[-_:]?\d{2})?`;
const DASHED = new RegExp(`^${DASHED_FORM}$`);
/** Seconds or milliseconds since 1970, for dates from 2001 on. */
const UNIX = /^[12]\d{9}(?:\d{3})?$/;
const UNIX_SECONDS_WIDTH = 10;
const DATE_WIDTH = 8;
const STAMP_WIDTH = 14;

const FIRST_NUMBER = '001';

/**
 * The version for a new migration: the next number or the time, in the style and format of the newest version.
 *
 * @param newest the newest version as written in its file name; undefined if there is none.
 * @param now formatted in UTC, so that developers in all time zones share one order.
 * @param dashed whether the first timestamp is formatted `2024-01-31-120000` instead of `20240131120000`.
 */
export function nextVersion(
  newest: string | undefined,
  now: Date,
  { style, dashed = false }: { readonly style?: VersionStyle | undefined; readonly dashed?: boolean } = {},
): string {
  const used = newest === undefined || /^[0._-]*$/.test(newest) ? undefined : newest; // 0 marks a baseline
  if (used !== undefined && (style === undefined || style === styleOf(used)))
    return styleOf(used) === 'number' ? increment(used) : nextTime(used, now);
  if (style === 'number') return FIRST_NUMBER;
  return fill(dashed ? '0000-00-00-000000' : '0'.repeat(STAMP_WIDTH), stampOf(now));
}

function styleOf(version: string): VersionStyle {
  return [DASHED, CALENDAR, UNIX].some((form) => form.test(version)) ? 'timestamp' : 'number';
}

/** The time in the format of the newest version, or the version after that one if it is in the future. */
function nextTime(newest: string, now: Date): string {
  if (UNIX.test(newest)) {
    const time = newest.length === UNIX_SECONDS_WIDTH ? Math.floor(now.getTime() / 1_000) : now.getTime();
    return BigInt(time) > BigInt(newest) ? String(time) : increment(newest);
  }
  const isDate = digitsOf(newest).length === DATE_WIDTH;
  const form = isDate ? `${newest}${DASHED.test(newest) ? '-' : ''}000000` : newest;
  const version = fill(form, stampOf(now));
  if (digitsOf(version) > digitsOf(form)) return version;
  return fill(form, increment(digitsOf(form)));
}

/** The same version with its last number incremented, padded to the same number of digits. */
function increment(version: string): string {
  return version.replace(/\d+(?=\D*$)/, (last) => String(BigInt(last) + 1n).padStart(last.length, '0'));
}

/** Replaces the digits of a form with other digits. */
function fill(form: string, digits: string): string {
  let next = 0;
  return form.replaceAll(/\d/g, () => digits.charAt(next++));
}

function digitsOf(text: string): string {
  return text.replaceAll(/\D/g, '');
}

/** `YYYYMMDDhhmmssSSS` in UTC. */
function stampOf(time: Date): string {
  return digitsOf(time.toISOString());
}
