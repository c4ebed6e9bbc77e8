import { extras, MigrationError, type ServerErrorDetails } from './errors.js';
import type { SourceLocation } from '../sql/text/position.js';

/** What a failed migration left in the database. */
export type Aftermath =
  | { readonly kind: 'rolled-back' }
  | { readonly kind: 'all-rolled-back' }
  /** The file ended its transaction itself: some of it may be committed. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'partial'; readonly stepsDone: number; readonly stepsTotal: number };

export interface FailedMigration {
  readonly file: string;
  readonly server: ServerErrorDetails;
  /** Where in the file, when the server or the count of statements tells. */
  readonly location: SourceLocation | undefined;
  readonly aftermath: Aftermath;
  /** False when the run records nothing (`tracking: false`). Default true. */
  readonly tracked?: boolean;
  /** Migrations that this run applied before, in order. They stay applied unless everything was rolled back. */
  readonly applied: readonly string[];
  /** Migrations that are still to do, the failed one first. */
  readonly pending: readonly string[];
}

/** A migration failed. It is recorded as failed and is tried again at the next run. */
export class MigrationFailedError extends MigrationError {
  readonly file: string;
  readonly failure: FailedMigration;

  constructor(failure: FailedMigration, options?: { cause?: unknown }) {
    super('MIGRATION_FAILED', describe(failure), options);
    this.file = failure.file;
    this.failure = failure;
  }
}

function describe(failure: FailedMigration): string {
  const { file, location, server } = failure;
  const where = location ? `${file}:${location.line}:${location.column}` : file;
  return [
    `Migration failed at ${where}: ${server.message} (SQLSTATE ${server.sqlstate})`,
    ...(location ? [indent(location.excerpt)] : []),
    ...(extras(server) ? [extras(server).slice(1)] : []),
    `  ${aftermath(failure)}`,
    `  applied in this run before it: ${list(failure.aftermath.kind === 'all-rolled-back' ? [] : failure.applied)}`,
    `  still pending: ${list(failure.pending)}`,
    ...advice(server.sqlstate, failure.aftermath).map((line) => `  ${line}`),
  ].join('\n');
}

function aftermath({ aftermath: left, file, tracked = true }: FailedMigration): string {
  switch (left.kind) {
    case 'rolled-back':
      return `${file} was rolled back as a whole${tracked ? '; it is recorded as failed and will be tried again' : ''}.`;
    case 'all-rolled-back':
      return 'All migrations of this run were rolled back together (transaction: "all").';
    case 'unknown':
      return `What ${file} did before that may be committed. Look at the database before the next run: it tries the whole file again.`;
    case 'partial':
      return (
        `${file} cannot run in a transaction: ${left.stepsDone} of its ${left.stepsTotal} steps are done and stay done; ` +
        (tracked ? 'the next run goes on with the one that failed.' : 'the next run begins with the first.')
      );
  }
}

/** What to do about a lock that could not be had, and about refusals that the server only makes while it runs. */
function advice(sqlstate: string, left: Aftermath): string[] {
  if (sqlstate === LOCK_NOT_AVAILABLE) return [LOCK_ADVICE];
  const late = ['25001', '55P04', '2D000'].includes(sqlstate) && left.kind !== 'partial';
  return late
    ? [
        'This statement cannot run inside a transaction: put the line "-- no-transaction" at the top of the file and start again.',
      ]
    : [];
}

const LOCK_NOT_AVAILABLE = '55P03';
const LOCK_ADVICE =
  'Another session holds a lock that it needs: pg_stat_activity shows whose transaction is old (xact_start). End that one, ' +
  'or let the file wait longer, with the line "-- lock-timeout: 30s" at its top, and start again.';

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}

const LISTED = 10;

function list(files: readonly string[]): string {
  if (files.length === 0) return 'none';
  const rest = files.length - LISTED;
  return files.slice(0, LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
