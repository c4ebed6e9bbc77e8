/** Runs the work of this process one task at a time, in the order of arrival. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  readonly inLine = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  };
}
