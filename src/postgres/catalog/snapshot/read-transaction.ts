import { actingAs, type ActingRole } from '../../connection/acting-role.js';

/** Limits for reading a catalog. */
export interface ReadLimits {
  readonly role: ActingRole;
  /** How long one statement may take, in ms; 0 means no limit. */
  readonly statementTimeoutMs: number;
}

/** Reading a view's definition waits for transactions that alter a table in it. */
const LOCK_TIMEOUT_MS = 2_000;

/** Settings that change how PostgreSQL writes definitions; pg_dump fixes them too. */
const FIXED_SETTINGS = [
  "search_path = ''",
  'quote_all_identifiers = off',
  'standard_conforming_strings = on',
  "TimeZone = 'UTC'",
  "DateStyle = 'ISO, MDY'",
  "IntervalStyle = 'postgres'",
  'extra_float_digits = 1',
  "bytea_output = 'hex'",
  "lc_monetary = 'C'",
  // Compiling queries that run once takes longer than running them.
  'jit = off',
];

/** Begins the transaction in which a catalog is read: one snapshot, formatted the same in every session. */
export function beginReading(limits: ReadLimits): string[] {
  return begin('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY', limits);
}

/** The same for a transaction that also stores what it read. */
export function beginRecording(limits: ReadLimits): string[] {
  // Like everything in the companion tables, the record does not wait for the disk.
  return [...begin('BEGIN ISOLATION LEVEL REPEATABLE READ', limits), 'SET LOCAL synchronous_commit = off'];
}

function begin(statement: string, { role, statementTimeoutMs }: ReadLimits): string[] {
  return [
    statement,
    ...actingAs(role),
    `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`,
    `SET LOCAL statement_timeout = ${statementTimeoutMs}`,
    ...FIXED_SETTINGS.map((setting) => `SET LOCAL ${setting}`),
  ];
}
