import { quoteLiteral } from '../../core/sql/text/quote.js';
import { TENANT_KEY, type HistoryScope } from '../../core/target/history-scope.js';
import type { Row } from '../connection/script.js';

/** How values of a column are read and written. */
interface Codec<T> {
  /** An expression over the column. @default the column */
  readonly select?: ((name: string) => string) | undefined;
  readonly decode: (value: string) => T;
  readonly encode: (value: T) => string;
}

/** A column of the history table. SQL, upgrades and docs all derive from these definitions. */
interface HistoryColumn<T = unknown> extends Codec<T> {
  /** SQL type with constraints and default. Every column but the first is nullable or has a default. */
  readonly type: string;
  /** For `COMMENT ON COLUMN` and docs/history-table.md. */
  readonly comment: string;
  /** True if only `history()` reads it, and no decision depends on it. @default false */
  readonly isDetail?: boolean;
  /** True if its value survives another attempt, and recording without running. @default false */
  readonly isKept?: boolean;
}

const text: Codec<string> = { decode: (value) => value, encode: quoteLiteral };
const integer: Codec<number> = { decode: Number, encode: String };
const boolean: Codec<boolean> = { decode: (value) => value === 't', encode: String };
const time: Codec<Date> = {
  // A table made by hand may have a timestamp without time zone, in the local time of the session that wrote it.
  select: (name) => `extract(epoch FROM ${name}::timestamptz)`,
  decode: (value) => new Date(Number(value) * 1000),
  encode: (value) => quoteLiteral(value.toISOString()),
};
function json<T>(): Codec<T> {
  return {
    decode: (value) => JSON.parse(value) as T,
    encode: (value) => `${quoteLiteral(JSON.stringify(value))}::pg_catalog.jsonb`,
  };
}

type AnyColumn = Omit<HistoryColumn, 'encode'> & { readonly encode: (value: never) => string };

/** The four original columns, whose meaning never changes, and those added later. */
export const HISTORY_COLUMNS = {
  migration_file: {
    ...text,
    type: 'text PRIMARY KEY',
    comment: 'path of the file, relative to the migrations directory',
  },
  executed_at: {
    ...time,
    type: 'timestamptz NOT NULL DEFAULT now()',
    comment: 'when it was applied, or last failed',
  },
  execution_time_ms: { ...integer, type: 'integer', comment: 'duration in milliseconds' },
  error_message: { ...text, type: 'text', comment: 'null means applied; anything else means not applied' },
  running: {
    ...boolean,
    type: 'boolean NOT NULL DEFAULT false',
    comment: 'started and not finished yet; only with an error_message',
  },
  checksum: { ...text, type: 'text', comment: 'SHA-256 of the text, ignoring line endings and byte order mark' },
  canonical_checksum: { ...text, type: 'text', comment: 'SHA-256 of the text without comments and whitespace' },
  origin: { ...text, type: 'text', comment: 'migrate, baseline, mark, import or checkpoint' },
  run_id: { ...text, type: 'uuid', comment: 'the run that recorded it' },
  started_at: { ...time, type: 'timestamptz', comment: 'when its execution began', isDetail: true },
  executed_by: { ...text, type: 'text', comment: 'the role that ran or recorded it', isDetail: true },
  steps_done: { ...integer, type: 'integer', comment: 'number of finished steps of a non-transactional migration' },
  steps_total: { ...integer, type: 'integer', comment: 'number of all steps of a non-transactional migration' },
  done_checksum: {
    ...text,
    type: 'text',
    comment: 'SHA-256 of the text up to the last finished step, without comments and whitespace',
  },
  next_statement: {
    ...text,
    type: 'text',
    comment: 'the step to run next, if it commits by itself: after a crash it may have taken effect',
  },
  next_checksum: { ...text, type: 'text', comment: 'the value of done_checksum once that step is done' },
  first_xid: {
    ...text,
    type: 'xid8',
    comment: 'the transaction in which the latest attempt at a non-transactional migration began',
    isDetail: true,
  },
  notices: { ...json<unknown[]>(), type: 'jsonb', comment: 'messages from the server while it ran', isDetail: true },
  invalid_indexes: {
    ...json<readonly string[]>(),
    type: 'jsonb',
    comment: 'indexes that a failed build left invalid',
    isKept: true,
  },
} as const satisfies Readonly<Record<string, AnyColumn>>;

/** The name of a column. */
type ColumnName = keyof typeof HISTORY_COLUMNS;

/** The type of a column's values. */
type ColumnValue<Name extends ColumnName> = ReturnType<(typeof HISTORY_COLUMNS)[Name]['decode']>;

/** The column that makes a table a history table. */
export const KEY_COLUMN = 'migration_file' satisfies ColumnName;

/** The columns that identify a row. */
export function keyOf({ tenant }: Pick<HistoryScope, 'tenant'>): readonly string[] {
  return tenant ? TENANT_KEY : [KEY_COLUMN];
}

/** All columns, in the order of the table. */
export const COLUMN_NAMES = Object.keys(HISTORY_COLUMNS) as ColumnName[];

function definitionOf(name: ColumnName): HistoryColumn {
  return HISTORY_COLUMNS[name] as HistoryColumn;
}

/** The select list. @param present columns that the table has; others are selected as NULL. @default all */
export function selectList(details: boolean, present: readonly string[] = COLUMN_NAMES): string {
  return COLUMN_NAMES.filter((name) => details || definitionOf(name).isDetail !== true)
    .map((name) =>
      present.includes(name) ? `${definitionOf(name).select?.(name) ?? name} AS ${name}` : `NULL AS ${name}`,
    )
    .join(', ');
}

/** The value of a column in a row. */
export function valueOf<Name extends ColumnName>(row: Row, name: Name): ColumnValue<Name> | null {
  const value = row[name] ?? null;
  return value === null ? null : (HISTORY_COLUMNS[name].decode(value) as ColumnValue<Name>);
}

/** An SQL expression instead of a value. */
export class SqlExpression {
  constructor(readonly sql: string) {}
}

/** The current time. `now()` is the same for a whole message. */
export const NOW = new SqlExpression('pg_catalog.clock_timestamp()');

/** Values to write, by column. */
export type ColumnValues = {
  readonly [Name in ColumnName]?: ColumnValue<Name> | SqlExpression | null | undefined;
};

function encode(name: ColumnName, value: unknown): string {
  if (value instanceof SqlExpression) return value.sql;
  return value === null || value === undefined ? 'NULL' : definitionOf(name).encode(value);
}

/** `INSERT INTO … VALUES …`, with the table alias `history`. */
export function insertSql(scope: HistoryScope, values: ColumnValues): string {
  const { into, list } = insertion(scope, values);
  return `${into} VALUES (${list})`;
}

/** `INSERT INTO … SELECT … FROM …`: one row for each row of `source`, to which the values may refer. */
export function insertFromSql(scope: HistoryScope, values: ColumnValues, source: string): string {
  const { into, list } = insertion(scope, values);
  return `${into} SELECT ${list} FROM ${source}`;
}

function insertion(scope: HistoryScope, values: ColumnValues): { readonly into: string; readonly list: string } {
  const entries = Object.entries(values) as [ColumnName, unknown][];
  const own = Object.entries(scope.values);
  return {
    into: `INSERT INTO ${scope.name} AS history (${[...own, ...entries].map(([name]) => name).join(', ')})`,
    list: [...own.map(([, sql]) => sql), ...entries.map(([name, value]) => encode(name, value))].join(', '),
  };
}

/**
 * Like {@link insertSql}, but replaces an existing row, except for columns with `isKept`.
 *
 * @param replaceable the condition under which it does.
 */
export function upsertSql(scope: HistoryScope, values: ColumnValues, replaceable: string): string {
  const replaced = COLUMN_NAMES.filter((name) => name !== KEY_COLUMN && definitionOf(name).isKept !== true);
  return (
    `${insertSql(scope, values)} ON CONFLICT (${keyOf(scope).join(', ')}) DO UPDATE SET ` +
    `${replaced.map((name) => `${name} = excluded.${name}`).join(', ')} WHERE ${replaceable}`
  );
}

/** `name = value, …` */
export function assignments(values: ColumnValues): string {
  return (Object.entries(values) as [ColumnName, unknown][])
    .map(([name, value]) => `${name} = ${encode(name, value)}`)
    .join(', ');
}
