import { hash } from 'node:crypto';
import { ConfigurationError } from '../errors/input-errors.js';
import { quoteIdentifier } from '../sql/text/quote.js';
import { cutToBytes, MAX_NAME_BYTES } from './name-length.js';

/** The schema and name of the history table. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** The history table, unless the options say otherwise. */
export const DEFAULT_TABLE = 'shared.schema_migrations';

const NAME = String.raw`(?:[A-Za-z_][A-Za-z0-9_$]*|"(?:[^"\u0000]|"")+")`;
const TABLE = new RegExp(`^(?:(${NAME})\\.)?(${NAME})$`, 'u');

/**
 * Reads `table` or `schema.table`. As in PostgreSQL, names are folded to lower case unless they are in double quotes.
 *
 * @throws ConfigurationError `INVALID_TABLE` for anything else.
 */
export function parseTableName(text: string, defaultSchema = 'shared'): TableName {
  const match = TABLE.exec(text);
  const schema = match?.[1] === undefined ? defaultSchema : foldName(match[1]);
  const table = match?.[2] === undefined ? '' : foldName(match[2]);
  const tooLong = [schema, table].find((name) => Buffer.byteLength(name) > MAX_NAME_BYTES);
  if (!match || tooLong !== undefined) {
    const given = JSON.stringify(match ? tooLong : text);
    const detail = match
      ? `the name ${given} is longer than the ${MAX_NAME_BYTES} bytes that PostgreSQL keeps`
      : `${given} is not a table name; write "table" or "schema.table", each an SQL identifier`;
    throw new ConfigurationError('INVALID_TABLE', [{ option: 'table', code: 'invalid', given, detail }]);
  }
  return { schema, table };
}

function foldName(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replace(/""/g, '"') : name.toLowerCase();
}

/**
 * A companion of the history table, named after it. A name that would be too long is shortened and made unique
 * with part of its hash.
 */
export function companionTable({ schema, table }: TableName, suffix: string): TableName {
  const full = `${table}_${suffix}`;
  if (Buffer.byteLength(full) <= MAX_NAME_BYTES) return { schema, table: full };
  const ending = `_${hash('sha256', table).slice(0, 8)}_${suffix}`;
  return { schema, table: cutToBytes(table, MAX_NAME_BYTES - Buffer.byteLength(ending)) + ending };
}

/** The name, quoted, for use in SQL. */
export function qualifiedName({ schema, table }: TableName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

/** The name without quotes, for messages. */
export function displayName({ schema, table }: TableName): string {
  return `${schema}.${table}`;
}
