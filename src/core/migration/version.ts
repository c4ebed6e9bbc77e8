import { versionedName } from '../tools/registry.js';

/**
 * The order of migrations. There is exactly one comparator, {@link compareMigrations}, and everything uses it: `ORDER
 * BY` in the database depends on a collation that differs between servers.
 */

/** A migration's sort key, computed once per name by `migrationOrder()`. */
export interface MigrationOrder {
  /** Path of the file relative to the migrations directory, with `/`. */
  readonly file: string;
  /** Numbers of the leading version (`1.2.3` is `[1, 2, 3]`); null when the name does not begin with one. */
  readonly version: readonly bigint[] | null;
}

const DASHED_DATE =
  /^(\d{4})([-_])(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[-_T ]?(\d{2})[-_:]?(\d{2})[-_:]?(\d{2}))?(?!\d)/;
const NUMBER = /^\d+(?:\.\d+)*/;
/**
 * A date with or without a time, recognized by width and century only: people increment timestamps by hand, past the
 * end of a minute or a month, and such versions must keep their place in the order.
 */
export const CALENDAR = /^(?:19|20)\d{6}(?:\d{4}(?:\d{2}(?:\d{3})?)?)?$/;
/** Width of `YYYYMMDDhhmmssSSS`. Calendar versions of any precision are padded to it, so that they compare as times. */
const CALENDAR_WIDTH = 17;

/** One number before a name: the form of almost every file, and the cheapest to parse. */
const PLAIN_NUMBER = /^(\d+)_(?!\d)/;

/**
 * Reads the leading version of a file name: `007_x.sql`, `1.2.3-x.sql`, `20240131120000_x.sql`,
 * `2024-01-31-120000_x.sql`.
 */
export function parseVersion(fileName: string): readonly bigint[] | null {
  const plain = PLAIN_NUMBER.exec(fileName)?.[1];
  if (plain !== undefined) return [firstNumber(plain)];
  const dashed = DASHED_DATE.exec(fileName);
  if (dashed) {
    const digits = [dashed[1], dashed[3], dashed[4], dashed[5], dashed[6], dashed[7]].join('');
    if (CALENDAR.test(digits)) return [calendarNumber(digits)];
  }
  return numbersOf(fileName, firstNumber);
}

function firstNumber(digits: string): bigint {
  return CALENDAR.test(digits) ? calendarNumber(digits) : BigInt(digits);
}

function numbersOf(fileName: string, readFirst: (part: string) => bigint): bigint[] | null {
  const number = NUMBER.exec(fileName.replace(/\.sql$/i, ''))?.[0];
  if (number === undefined) return null;
  const numbers = number.split('.').map((part, i) => (i === 0 ? readFirst(part) : BigInt(part)));
  while (numbers.length > 1 && numbers.at(-1) === 0n) numbers.pop(); // 1.0 is 1
  return numbers;
}

function calendarNumber(digits: string): bigint {
  return BigInt(digits.padEnd(CALENDAR_WIDTH, '0'));
}

/** Computes the sort key of a file. */
export function migrationOrder(file: string): MigrationOrder {
  return { file, version: parseVersion(versionedName(file)) };
}

/** The version of a path as other tools read it: as plain numbers, so that `20240131` is less than any timestamp. */
export function writtenVersion(file: string): readonly bigint[] | null {
  return numbersOf(versionedName(file), BigInt);
}

/**
 * The total order of migrations: by version, number by number (`2` before `10`, `1.2` before `1.2.1`), then by path,
 * code unit by code unit. Names without a version, which only rows recorded by other tools can have, come first.
 */
export function compareMigrations(a: MigrationOrder, b: MigrationOrder): number {
  return compareVersions(a.version, b.version) || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0);
}

/** Compares versions number by number; null comes first. */
export function compareVersions(a: readonly bigint[] | null, b: readonly bigint[] | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  for (let i = 0; i < a.length || i < b.length; i++) {
    const left = a[i] ?? -1n;
    const right = b[i] ?? -1n;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
