import type { NonTransactionalProgram } from '../../core/compile/program.js';
import { progressAt } from '../../core/compile/schedule.js';
import type { ParsedStatement } from '../../core/sql/statements/statements.js';
import type { Step } from '../../core/sql/statements/steps.js';
import { actingAs } from '../connection/acting-role.js';
import type { ExecutionContext } from '../execution/execution-context.js';
import { bodyPart, Message, part, type Part } from '../execution/message.js';
import { asTarget } from '../execution/target-identity.js';
import { localTimeouts } from '../execution/timeouts.js';

const MAX_STEPS = 100;
/** Characters after which the next step starts another message. */
const MAX_LENGTH = 100_000;

/** Builds messages from the steps of one non-transactional migration. */
export class StepMessages {
  /** Index of the first step for which the file itself has set `lock_timeout`; infinite if it never does. */
  readonly ownTimeoutFrom: number;

  constructor(
    private readonly context: ExecutionContext,
    private readonly program: NonTransactionalProgram,
  ) {
    const { timeouts, steps } = program;
    const first = steps.findIndex(({ statements }) => statements.some(setsLockTimeout));
    this.ownTimeoutFrom = timeouts.lockTimeout !== undefined ? 0 : first < 0 ? Number.POSITIVE_INFINITY : first;
  }

  /** A step that commits by itself. */
  single(index: number): Message {
    return new Message([this.body(index)]);
  }

  /** As many steps as fit, each in a transaction with its record. An error leaves the steps before it committed. */
  batch(from: number, maxSteps = MAX_STEPS): Message {
    const { steps } = this.program;
    let size = 0;
    let end = from;
    while (end < steps.length && end < from + maxSteps && size < MAX_LENGTH && steps[end]?.kind !== 'autocommit') {
      const step = steps[end++] as Step;
      size += step.end - step.start;
    }
    return new Message(steps.slice(from, end).flatMap((step, i) => this.transaction(step, from + i, end)));
  }

  /** @param end index after the last step in the same message. */
  private transaction(step: Step, index: number, end: number): Part[] {
    const unchecked = index + 1 < end && this.context.lock.checkSql !== undefined;
    return [
      part('begin', [step.begin, ...this.inSession(), ...this.lockLimit(index)]),
      this.body(index),
      part('complete', this.progress(index + 1, unchecked)),
      part('commit', ['COMMIT']),
    ].map((each) => ({ ...each, step: index }));
  }

  private body(index: number): Part {
    const { source, steps } = this.program;
    return { ...bodyPart(source, steps[index] as Step), step: index };
  }

  /** Statements that record the number of finished steps. They must run inside a transaction. */
  progress(done: number, unchecked = false): string[] {
    const { records, target } = this.context;
    const statements = records.progress(this.program.migration.file, progressAt(this.program, done), unchecked);
    if (statements.length === 0) return [];
    // The file may have chosen a role that cannot write the history.
    return ['SET LOCAL SESSION AUTHORIZATION DEFAULT', 'SET LOCAL ROLE NONE', ...actingAs(target.role), ...statements];
  }

  /** A session of our own is set up before the claim; a pooled one needs its settings in each transaction. */
  private inSession(): string[] {
    const { pooled, target, timeouts } = this.context;
    if (!pooled) return [];
    return [
      ...asTarget(target),
      `SET LOCAL statement_timeout = ${timeouts.statementTimeoutMs}`,
      `SET LOCAL lock_timeout = ${timeouts.tableLockTimeoutMs}`,
      ...localTimeouts(this.program),
    ];
  }

  /** A step in a transaction must not block the application for long, unless the file sets its own limit. */
  private lockLimit(index: number): string[] {
    return this.ownTimeoutFrom <= index ? [] : [`SET LOCAL lock_timeout = ${this.context.timeouts.tableLockTimeoutMs}`];
  }
}

function setsLockTimeout({ node }: ParsedStatement): boolean {
  return node !== undefined && 'VariableSetStmt' in node && node.VariableSetStmt.name === 'lock_timeout';
}
