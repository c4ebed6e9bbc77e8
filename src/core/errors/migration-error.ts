import { inApi, inWords, type Text, type Voice } from './remedy.js';

/** All error codes. They are stable: scripts may depend on them. Each has a section in docs/errors.md. */
export const ERROR_CODES = [
  'INVALID_OPTIONS',
  'INVALID_TABLE',
  'INVALID_TENANTS',
  'INVALID_DIRECTORY',
  'REFUSED',
  'MIGRATION_FAILED',
  'HISTORY_TABLE',
  'UNREACHABLE',
  'CONNECTION_REFUSED',
  'CONNECTION_LOST',
  'READ_ONLY',
  'INTERRUPTED',
  'IN_DOUBT',
  'LOCK_TIMEOUT',
  'LOCK_LOST',
  'LOCK_IN_USE',
  'NOT_UP_TO_DATE',
  'UNKNOWN_MIGRATION',
  'ROLLOUT_STOPPED',
  'DATABASE_ERROR',
  'SCRATCH_DATABASE',
  'CHECKPOINT',
] as const;

/** Identifies a kind of error. */
export type MigrationErrorCode = (typeof ERROR_CODES)[number];

/** Marks the error classes of every copy of this library: the command line has a copy of its own. */
const ERROR_CLASS: unique symbol = Symbol.for('nestjs-pg-migrations: error class');

/** Base class of all errors of this library. The message is for people and ends with the code. */
export class MigrationError extends Error {
  /** @internal */
  static readonly [ERROR_CLASS] = true;
  #text: Text;

  constructor(
    /** The kind of error. Stable: check this, not the message. */
    readonly code: MigrationErrorCode,
    text: Text,
    options?: { cause?: unknown },
  ) {
    super(withCode(inWords(text, inApi), code), options);
    this.#text = text;
    this.name = new.target.name;
  }

  /** The message with its remedies phrased by `say` instead of as API calls. */
  messageAs(say: Voice): string {
    return withCode(inWords(this.#text, say), this.code);
  }

  /** Adds a line to the message. @internal */
  addLine(line: Text): void {
    const text = this.#text;
    this.#text = (say) => `${inWords(text, say)}\n${inWords(line, say)}`;
    this.message = this.messageAs(inApi);
  }

  /**
   * True also for errors of another copy of this library: an engine from a configuration file gets the errors of the
   * command line.
   *
   * @internal
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && isOfClass(value, this);
  }
}

function isOfClass(error: object, wanted: typeof MigrationError): boolean {
  for (let each = prototypeOf(error); each !== null; each = prototypeOf(each)) {
    if (each === wanted.prototype) return true;
    const { constructor } = each as { readonly constructor: unknown };
    if (typeof constructor === 'function' && constructor.name === wanted.name && ERROR_CLASS in constructor)
      return true;
  }
  return false;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

function withCode(text: string, code: MigrationErrorCode): string {
  return `${text}${text.includes('\n') ? '\n' : ' '}[${code}]`;
}
