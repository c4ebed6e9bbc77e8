import { randomUUID } from 'node:crypto';
import { DatabaseConnectionError, DatabaseError, HistoryTableError } from '../errors/database-errors.js';
import { ConfigurationError, DirectoryError, RefusedError } from '../errors/input-errors.js';
import { LockInUseError, LockLostError, LockTimeoutError } from '../errors/lock-errors.js';
import { MigrationError, type MigrationErrorCode } from '../errors/migration-error.js';
import { MigrationFailedError } from '../errors/migration-failed.js';
import { inApi, type Remedy, type Voice } from '../errors/remedy.js';
import { InDoubtError, InterruptedError } from '../errors/run-errors.js';

/** An error as JSON, from which another process makes the same error. */
export interface PortableError {
  /** The name of its class. */
  readonly type: string;
  /** Absent for errors that are not of this library. */
  readonly code?: MigrationErrorCode;
  /** The pieces of its message without the code. Each shell words a remedy in its own way. */
  readonly text: readonly (string | Remedy)[];
  readonly stack?: string | undefined;
  /** Its own fields; a date is `{ "$date": "…" }`. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause?: PortableError;
}

const CLASSES: Readonly<Record<string, unknown>> = {
  ConfigurationError,
  DatabaseConnectionError,
  DatabaseError,
  DirectoryError,
  HistoryTableError,
  InDoubtError,
  InterruptedError,
  LockInUseError,
  LockLostError,
  LockTimeoutError,
  MigrationFailedError,
  RefusedError,
};

/** Makes JSON of an error. */
export function portable(error: Error): PortableError {
  const isOurs = error instanceof MigrationError;
  const {
    name: _,
    code: __,
    cause: ___,
    ...fields
  } = Object.fromEntries(Object.entries(error)) as Record<string, unknown>;
  return {
    type: error.name,
    ...(isOurs && { code: error.code }),
    text: isOurs ? piecesOf(error) : [error.message],
    stack: error.stack,
    fields: isOurs ? (plain(fields) as PortableError['fields']) : {},
    ...(error.cause instanceof Error && { cause: portable(error.cause) }),
  };
}

/** The same error in this process. */
export function revived({ type, code, text, stack, fields, cause }: PortableError): Error {
  const options = cause && { cause: revived(cause) };
  const error = code ? ofClass(type, code, text, options) : new Error(worded(text, inApi), options);
  if (!code) error.name = type;
  Object.assign(error, withDates(fields));
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Bypasses the constructors of the classes: they compose the text, which is already known. */
function ofClass(
  type: string,
  code: MigrationErrorCode,
  text: PortableError['text'],
  options: ErrorOptions | undefined,
): Error {
  const newTarget = (CLASSES[type] ?? MigrationError) as typeof MigrationError;
  return Reflect.construct(MigrationError, [code, (say: Voice) => worded(text, say), options], newTarget);
}

function piecesOf(error: MigrationError): PortableError['text'] {
  const mark = `<${randomUUID()}>`; // no text contains it
  const remedies: Remedy[] = [];
  const text = error.messageAs((remedy) => `${mark}${remedies.push(remedy) - 1}${mark}`);
  const pieces = text.slice(0, -`.[${error.code}]`.length).split(mark);
  return pieces.map((piece, i) => (i % 2 === 1 ? (remedies[Number(piece)] as Remedy) : piece));
}

function worded(pieces: PortableError['text'], say: Voice): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : say(piece))).join('');
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return { $date: value.toISOString() };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates);
  if (value === null || typeof value !== 'object') return value;
  if ('$date' in value) return new Date(String(value.$date));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withDates(each)]));
}
