import type { Task } from '../../core/compile/task.js';
import type { Finding } from '../../core/errors/finding.js';
import type { ExecutionListener, ExecutionSettings, Executor, Outcome } from '../../core/ports/ports.js';

/** An executor that is loaded when something is to be executed. Most runs find nothing to do. */
export class LazyExecutor implements Executor {
  private executor: Promise<Executor> | undefined;

  constructor(private readonly load: () => Promise<Executor>) {}

  async refusals(tasks: readonly Task[]): Promise<readonly Finding[]> {
    return (await this.loaded()).refusals(tasks);
  }

  async run(tasks: readonly Task[], settings: ExecutionSettings, listener: ExecutionListener): Promise<Outcome> {
    return (await this.loaded()).run(tasks, settings, listener);
  }

  private loaded(): Promise<Executor> {
    return (this.executor ??= this.load());
  }
}
