import type { Migrator } from '../../../migrator/migrator.js';
import type { ChangeSettings } from '../../../migrator/use-cases/change-history.js';

/** A change to the history, made by a command. */
export interface Change<T> {
  readonly make: (migrator: Migrator, options: ChangeSettings) => Promise<T>;
  /** Lines that say what changed or would change; empty if nothing does. */
  readonly describe: (result: T, isDone: boolean) => readonly string[];
  /** What to say when nothing changes. */
  readonly nothing: (result: T) => string;
  /** The result as JSON. */
  readonly toJson: (result: T) => object;
  /** True if it must not be made again where it was made: that would fail, or undo what has happened since. @default false */
  readonly isFinal?: boolean;
}

/** What a change would do. */
export function planOf<T>({ describe }: Change<T>, result: T): string {
  const [headline, ...lines] = describe(result, false);
  return headline === undefined ? '' : [`This would ${headline}`, ...lines].join('\n');
}

/** What a change has done. */
export function outcomeOf<T>({ describe, nothing }: Change<T>, result: T): string {
  return describe(result, true).join('\n') || nothing(result);
}
