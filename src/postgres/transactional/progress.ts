import { MISSING_SOURCES } from '../companions/source.js';
import type { ScriptSettings } from '../connection/script.js';
import type { ExecutionContext, TransactionalTask } from '../execution/execution-context.js';
import { MessageCursor, type Message, type Part } from '../execution/message.js';
import { Completions } from './completions.js';

/** Tracks which migration is running and which have committed, and reports both. */
export class Progress {
  /** The migration that was started last. */
  current: TransactionalTask | undefined;
  startedAt = new Date();
  /** True if the end of the run was recorded, or could not be. */
  endRecorded = false;
  /** The checksums of missing sources as JSON, which the server returned at the end of the run. */
  missingSources: string | undefined;
  private startedAtMs = performance.now();
  /** Completed, but not reported as applied yet: with the duration in ms, measured by counting statements. */
  private readonly uncommitted = new Map<TransactionalTask, number>();
  private readonly completions: Completions;

  constructor(private readonly context: ExecutionContext) {
    this.completions = new Completions(context.marker);
  }

  /** Milliseconds since the current migration was started. */
  get elapsedMs(): number {
    return Math.round(performance.now() - this.startedAtMs);
  }

  /** Follows a message that is about to be sent. */
  follow(message: Message): {
    readonly callbacks: Pick<ScriptSettings, 'onCompleted' | 'onValue'>;
    /** Call it when the whole message has completed. */
    readonly completed: () => void;
  } {
    const cursor = new MessageCursor(
      message,
      (part) => this.onEnter(part),
      (part) => this.onLeave(part),
    );
    const onValue = (column: string, value: string | undefined): void => {
      if (column === MISSING_SOURCES) this.missingSources = value;
      else this.completions.note(value);
    };
    return {
      callbacks: { onCompleted: () => cursor.statementCompleted(), onValue },
      completed: () => cursor.messageCompleted(),
    };
  }

  /** Call it when completed migrations were rolled back. */
  forgetUncommitted(): void {
    this.uncommitted.clear();
  }

  /** Our statements before a file make the server flush its responses, so a start is reported when it happens. */
  private onEnter({ kind, task }: Part): void {
    if (!task) return;
    const { migration } = task.program;
    if (this.current !== task) {
      this.current = task;
      this.startedAt = new Date();
      this.startedAtMs = performance.now();
      this.context.listener.started(migration);
    }
    if (kind === 'body') this.context.notices.attributeTo(migration);
  }

  private onLeave({ kind, task }: Part): void {
    if (kind === 'body') this.context.notices.attributeTo(undefined);
    if (kind === 'complete' && task) this.uncommitted.set(task, this.elapsedMs);
    if (kind === 'commit') this.reportApplied();
    if (kind === 'end') this.endRecorded = true;
  }

  /** Reports only what the server confirmed: counting statements is unreliable if a file hides one. */
  private reportApplied(): void {
    const { listener } = this.context;
    for (const [task, elapsedMs] of this.uncommitted) {
      const { migration } = task.program;
      const completion = this.completions.of(migration.file);
      if (!completion) continue;
      this.uncommitted.delete(task);
      listener.applied(migration, completion.durationMs ?? elapsedMs);
    }
  }
}
