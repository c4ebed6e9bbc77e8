import { describeFinding, finding, type Finding } from './finding.js';
import { MigrationError } from './migration-error.js';
import { list } from './wording.js';

/** Who interrupted a tenant whose rollout was cancelled in another process than that of its worker. */
export const CANCELLED_ELSEWHERE = 'a request from another process';

/**
 * A run was asked to stop. A transactional migration was rolled back, unless the message says otherwise; a
 * non-transactional one keeps its finished steps. Applied migrations stay applied.
 */
export class InterruptedError extends MigrationError {
  constructor(
    /** The source of the request, for example `SIGTERM`. */
    readonly by: string,
    /** Migrations that this run had applied, in order. They stay applied. */
    readonly applied: readonly string[],
    /** Migrations that it still had to apply, in order; empty if that is not known. */
    readonly pending: readonly string[],
    /**
     * How far it got. `before`: nothing had been sent. `cancelled`: the server stopped. `unsure`: the connection was
     * lost before the server confirmed.
     */
    readonly outcome: 'before' | 'cancelled' | 'unsure',
    options?: { cause?: unknown },
  ) {
    super('INTERRUPTED', `The run was interrupted by ${by}${OUTCOMES[outcome](applied, pending)}`, options);
  }
}

type Describe = (applied: readonly string[], pending: readonly string[]) => string;

const OUTCOMES: Readonly<Record<InterruptedError['outcome'], Describe>> = {
  before: (applied) => (applied.length === 0 ? ' before anything was run.' : `. Applied before: ${list(applied)}.`),
  cancelled: (applied, pending) =>
    `; the running migration was stopped. A transactional one was rolled back; a non-transactional one keeps its finished steps, and the next run continues it. Applied before: ${list(applied)}. Still pending: ${pending.length === 0 ? 'see status' : list(pending)}.`,
  unsure: () =>
    '; the server could not be asked to stop. It rolls back the running transaction when it notices; anything committed by then is in the history.',
};

/**
 * A process died during a statement that commits by itself, and nothing shows whether the statement took effect. The
 * migration was not continued.
 */
export class InDoubtError extends MigrationError {
  /** The same as data, with the remedies. */
  readonly finding: Finding;

  constructor(
    /** The migration. */
    readonly file: string,
    /** The beginning of the statement. */
    readonly statement: string,
  ) {
    const doubt = finding('STEP_IN_DOUBT', { subject: file, detail: statement });
    super('IN_DOUBT', (say) => describeFinding(say, doubt));
    this.finding = doubt;
  }
}
