import { statementsOf } from '../../core/compile/program.js';
import type { Task } from '../../core/compile/task.js';
import { changesSessionDefaults } from '../../core/sql/statements/session-defaults.js';
import type { NonTransactionalTask, TransactionalTask } from './execution-context.js';
import type { Message } from './message.js';

/** Tasks that run together: consecutive transactional ones, or a single non-transactional one. */
type Group =
  | { readonly kind: 'transactional'; readonly tasks: readonly TransactionalTask[] }
  | { readonly kind: 'non-transactional'; readonly task: NonTransactionalTask };

/** Groups tasks without changing their order. */
export function groupTasks(tasks: readonly Task[]): Group[] {
  const groups: Group[] = [];
  let together: TransactionalTask[] = [];
  const close = (): void => {
    if (together.length > 0) groups.push({ kind: 'transactional', tasks: together });
    together = [];
  };
  for (const task of tasks) {
    if (isTransactional(task)) {
      together.push(task);
      if (needsNewSession(task)) close();
      continue;
    }
    close();
    groups.push({ kind: 'non-transactional', task: task as NonTransactionalTask });
  }
  close();
  return groups;
}

/** Narrows a task by the kind of its program. */
export function isTransactional(task: Task): task is TransactionalTask {
  return task.program.kind === 'transactional';
}

/** True if a task sets defaults for new sessions, which the tasks after it must use. */
export function needsNewSession({ program }: Task): boolean {
  return statementsOf(program).some(changesSessionDefaults);
}

/** The tasks in a message. */
export function tasksOf({ parts }: Message): TransactionalTask[] {
  return [...new Set(parts.flatMap(({ task }) => (task ? [task] : [])))];
}
