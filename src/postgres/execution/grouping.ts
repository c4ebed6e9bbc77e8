import type { Task } from '../../core/compile/task.js';
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
  return program.changesSessionDefaults;
}

/** The tasks in a message. */
export function tasksOf({ parts }: Message): TransactionalTask[] {
  return [...new Set(parts.flatMap(({ task }) => (task ? [task] : [])))];
}

/** The tasks whose statements are known without the parser, but which it cannot read. */
export async function unreadableOf(tasks: readonly TransactionalTask[]): Promise<TransactionalTask[]> {
  const readable = await Promise.all(tasks.map(({ program }) => program.parsed()));
  return tasks.filter(({ program }, i) => program.statements && !readable[i]);
}

/** Treats some of the tasks as unknown to the parser: only the server can say what is wrong with them. */
export function leaveToServer(
  tasks: readonly TransactionalTask[],
  unreadable: readonly TransactionalTask[] = [],
): readonly TransactionalTask[] {
  if (unreadable.length === 0) return tasks;
  return tasks.map((task) =>
    unreadable.includes(task) ? { ...task, program: { ...task.program, statements: undefined } } : task,
  );
}
