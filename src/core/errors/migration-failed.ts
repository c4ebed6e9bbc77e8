import type { SourceLocation } from '../sql/text/position.js';
import { extras, type ServerErrorDetails } from './database-errors.js';
import { MigrationError } from './migration-error.js';
import type { Voice } from './remedy.js';
import { SQLSTATE } from './sqlstate.js';
import { list, placeIn } from './wording.js';

/** What a failed migration left in the database. */
export type Aftermath =
  | { readonly kind: 'rolled-back' }
  /** With the schema of the tenant, if this transaction was to create it. */
  | { readonly kind: 'all-rolled-back'; readonly schema?: string }
  /** The file ended its transaction itself: some of it may be committed. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'partial'; readonly stepsDone: number; readonly stepsTotal: number };

/**
 * Why a statement that the server does not allow in a transaction ran in one.
 *
 * - `undeclared`: nothing in the file showed it, because the parser could not read it.
 * - `own-transaction`: the file has its own `BEGIN … COMMIT`.
 * - `all`: the option `transaction` is `all`.
 * - `session`: the session or its lock does not support non-transactional migrations.
 * - `nested`: it is inside a function or a `DO` block, where it is never allowed.
 */
export type InTransaction = 'undeclared' | 'own-transaction' | 'all' | 'session' | 'nested';

/** A limit that a statement exceeded. */
export interface ExceededLimit {
  /** The PostgreSQL setting: `statement_timeout` or `lock_timeout`. */
  readonly setting: string;
  /** In PostgreSQL's notation: `5s`, `1min`. */
  readonly value: string;
  /** Where it was set: an option or a directive of the file. */
  readonly source: string;
}

/** A migration that failed, as data. */
export interface FailedMigration {
  readonly file: string;
  readonly server: ServerErrorDetails;
  /** Where in the file it failed, if known. */
  readonly location: SourceLocation | undefined;
  readonly aftermath: Aftermath;
  /** The limit that was exceeded, if that is why it failed. */
  readonly limit?: ExceededLimit | undefined;
  /** Set if it failed because the server does not allow the statement in a transaction. */
  readonly inTransaction?: InTransaction | undefined;
  /** Indexes that the failed statement left invalid, as `schema.name`. */
  readonly invalidIndexes?: readonly string[];
  /** Why the failure could not be recorded; undefined if it was recorded or the run records nothing. */
  readonly unrecorded?: ServerErrorDetails | undefined;
  /** False when the run records nothing (`tracking: false`). @default true */
  readonly tracked?: boolean;
  /** Migrations that this run applied before, in order. They stay applied unless everything was rolled back. */
  readonly applied: readonly string[];
  /** Migrations that have not been applied and did not fail, in order. */
  readonly pending: readonly string[];
}

/** A migration failed. It is recorded as failed, and the next run tries it again. */
export class MigrationFailedError extends MigrationError {
  /** The migration that failed. */
  readonly file: string;
  /** Everything that is known about the failure. */
  readonly failure: FailedMigration;

  constructor(failure: FailedMigration, options?: { cause?: unknown }) {
    super('MIGRATION_FAILED', (say) => describe(failure, say), options);
    this.file = failure.file;
    this.failure = failure;
  }
}

function describe(failure: FailedMigration, say: Voice): string {
  const { file, location, server } = failure;
  const where = placeIn(file, location?.line, location?.column);
  return [
    `Migration failed at ${where}: ${server.message} (SQLSTATE ${server.sqlstate})`,
    ...(location ? [location.excerpt.replace(/^/gm, '    ')] : []),
    ...(extras(server) ? [extras(server).slice(1)] : []),
    ...[
      aftermath(failure),
      ...unrecorded(failure),
      `applied in this run before it: ${list(failure.aftermath.kind === 'all-rolled-back' ? [] : failure.applied)}`,
      `failed: ${file}; still pending: ${list(failure.pending)}`,
      ...advice(failure, say),
    ].map((line) => `  ${line}`),
  ].join('\n');
}

function aftermath({ aftermath: left, file, tracked = true, unrecorded: problem }: FailedMigration): string {
  const recorded = tracked && !problem;
  switch (left.kind) {
    case 'rolled-back':
      return `${file} was rolled back as a whole${recorded ? '; it is recorded as failed and will be tried again' : ''}.`;
    case 'all-rolled-back':
      return left.schema === undefined
        ? 'All migrations of this run were rolled back together (transaction: "all").'
        : `All migrations of this run were rolled back together with the creation of the schema ${JSON.stringify(left.schema)}, so nothing is left of them.`;
    case 'unknown':
      return `What ${file} did before the failure may be committed. Check the database before the next run, which tries the whole file again.`;
    case 'partial':
      return `${file} cannot run in a transaction: ${stepsDone(left, tracked)}; the next run ${tracked ? 'continues with the step that failed' : 'starts from the beginning'}.`;
  }
}

function stepsDone(
  { stepsDone: done, stepsTotal: total }: Extract<Aftermath, { kind: 'partial' }>,
  tracked: boolean,
): string {
  if (done === 0) return total === 1 ? 'its only step failed' : `the first of its ${total} steps failed`;
  return `the first ${done === 1 ? 'step' : `${done} steps`} of ${total} committed${tracked ? ' and will not be repeated' : ''}`;
}

function unrecorded({ unrecorded: problem }: FailedMigration): string[] {
  return problem
    ? [`The failure could not be recorded in the history: ${problem.message} (SQLSTATE ${problem.sqlstate}).`]
    : [];
}

/** What to do about locks, limits, invalid indexes and statements that the server refuses in a transaction. */
function advice({ server, limit, inTransaction, invalidIndexes = [] }: FailedMigration, say: Voice): string[] {
  const lines = invalidIndexes.map(
    (name) =>
      `The index ${name} is left behind invalid. The next attempt drops it and builds it again; if the file no longer builds it, drop it with DROP INDEX CONCURRENTLY ${name};`,
  );
  if (limit) lines.push(`The limit in force was ${limit.setting} = ${limit.value}, from ${limit.source}.`);
  if (server.sqlstate === SQLSTATE.lockNotAvailable) lines.push(LOCK_ADVICE);
  if (inTransaction) lines.push(TRANSACTION_ADVICE[inTransaction](say));
  return lines;
}

const TRANSACTION_ADVICE: Readonly<Record<InTransaction, (say: Voice) => string>> = {
  undeclared: () =>
    'This statement cannot run inside a transaction: put the line "-- no-transaction" at the top of the file and start again.',
  'own-transaction': () =>
    "This statement cannot run inside a transaction, but the file's own BEGIN … COMMIT opens one: remove BEGIN and COMMIT and start again.",
  all: (say) =>
    `This statement cannot run inside a transaction, but transaction: "all" runs every file in one: run this file with ${say({ action: 'set', option: 'transaction', value: 'each' })}.`,
  session: (say) =>
    'This statement cannot run inside a transaction, but here the file has to: the migration lock is off, or a transaction-mode pooler cannot keep ' +
    `its session. Run it with ${say({ action: 'set', option: 'lock', value: 'auto' })}, or connect to the database directly.`,
  nested: () =>
    'A function, procedure or DO block cannot do this, even outside a transaction: make it a statement of its own in the file.',
};
const LOCK_ADVICE =
  'Another session holds a lock that it needs: look for an old transaction in pg_stat_activity (xact_start). End that session, ' +
  'or let the file wait longer with the line "-- lock-timeout: 30s" at its top. Then start again.';
