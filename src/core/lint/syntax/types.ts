import type { Node, TypeName } from '@pgsql/types';
import { stringsOf } from './relation.js';

/** The type of a column. */
export interface ColumnType {
  /** PostgreSQL's internal name: `varchar`, `int4`, `timestamptz`. */
  readonly name: string;
  /** Length, precision and scale, if given. */
  readonly modifiers: readonly number[];
  readonly isArray: boolean;
}

/** The type written in a statement; undefined for `%TYPE` and for modifiers that are not numbers. */
export function typeOf(type: TypeName | undefined): ColumnType | undefined {
  const name = stringsOf(type?.names).at(-1);
  if (!type || name === undefined || type.pct_type) return undefined;
  const modifiers = (type.typmods ?? []).map(numberOf);
  if (!modifiers.every((each) => each !== undefined)) return undefined;
  const hasNoScale = name === 'numeric' && modifiers.length === 1;
  return {
    name: SERIAL[name] ?? name,
    modifiers: hasNoScale ? [...modifiers, 0] : modifiers,
    isArray: (type.arrayBounds ?? []).length > 0,
  };
}

/** Types that fill a column from a sequence, with the type that is stored. */
const SERIAL: Readonly<Record<string, string>> = {
  smallserial: 'int2',
  serial2: 'int2',
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
};

/** True for `serial` and its variants. */
export function isSerial(type: TypeName | undefined): boolean {
  const names = stringsOf(type?.names);
  return names.length === 1 && Object.hasOwn(SERIAL, names[0] as string);
}

function numberOf(node: Node): number | undefined {
  return 'A_Const' in node && node.A_Const.ival ? (node.A_Const.ival.ival ?? 0) : undefined;
}

/** A type for messages. */
export function shownType({ name, modifiers, isArray }: ColumnType): string {
  return `${name}${modifiers.length > 0 ? `(${modifiers.join(', ')})` : ''}${isArray ? '[]' : ''}`;
}

/**
 * What changing the type of a column does to its table.
 *
 * - `nothing`: only the catalog changes.
 * - `rewrite`: every row is rewritten.
 * - `time-zone`: nothing if the time zone of the session is UTC, otherwise every row is rewritten; in both cases
 *   the indexes on the column are rebuilt.
 */
export type TypeChange = 'nothing' | 'rewrite' | 'time-zone';

/** What PostgreSQL does for a change from one type to another without `USING`. */
export function typeChange(from: ColumnType, to: ColumnType): TypeChange {
  if (shownType(from) === shownType(to)) return 'nothing';
  if (from.isArray || to.isArray) return 'rewrite';
  if (isBetweenTimestamps(from, to)) return keepsPrecision(from, to) ? 'time-zone' : 'rewrite';
  const keepsValues = KEEPING[from.name]?.[to.name];
  return keepsValues?.(from, to) ? 'nothing' : 'rewrite';
}

type Comparison = (from: ColumnType, to: ColumnType) => boolean;

/** True if the new type has no limit, or one that is not lower. */
const keepsLength: Comparison = ({ modifiers: [from = Infinity] }, { modifiers: [to = Infinity] }) => to >= from;

const keepsDigits: Comparison = ({ modifiers: [from, fromScale] }, { modifiers: [to, toScale] }) =>
  to === undefined || (from !== undefined && to >= from && fromScale === toScale);

/** The precision is the number of fractional digits of a second, 6 by default. */
const keepsPrecision: Comparison = ({ modifiers: [from = 6] }, { modifiers: [to = 6] }) => to >= from;

const isUnlimited: Comparison = (_, { modifiers }) => modifiers.length === 0;

/** Changes from one type to another after which the stored values stay valid. */
const KEEPING: Readonly<Record<string, Readonly<Record<string, Comparison>>>> = {
  varchar: { varchar: keepsLength, text: isUnlimited },
  text: { varchar: isUnlimited },
  varbit: { varbit: keepsLength },
  numeric: { numeric: keepsDigits },
  time: { time: keepsPrecision },
  timetz: { timetz: keepsPrecision },
  timestamp: { timestamp: keepsPrecision },
  timestamptz: { timestamptz: keepsPrecision },
  interval: { interval: isUnlimited },
  cidr: { inet: isUnlimited },
};

const TIMESTAMPS = new Set(['timestamp', 'timestamptz']);

function isBetweenTimestamps(from: ColumnType, to: ColumnType): boolean {
  return from.name !== to.name && TIMESTAMPS.has(from.name) && TIMESTAMPS.has(to.name);
}
