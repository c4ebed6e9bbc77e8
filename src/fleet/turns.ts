/** Runs work of this process one after the other, in the order in which it arrives. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  readonly inLine = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  };
}
