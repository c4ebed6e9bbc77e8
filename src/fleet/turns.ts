import type { InTurn } from '../migrator/run/parts.js';

/**
 * Makes the non-transactional migrations of tenants in one database take turns: a concurrent index build waits for
 * every older snapshot of the database, so two of them can wait for each other.
 */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  readonly inTurn: InTurn = (tasks, work) => {
    if (!tasks.some(({ program }) => program.kind === 'non-transactional')) return work();
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  };
}
