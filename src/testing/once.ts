/** What is made at the first use and kept. A failure is not kept: the next use tries again. */
export class Once<T> {
  #made: Promise<T> | undefined;

  constructor(private readonly make: () => Promise<T>) {}

  get(): Promise<T> {
    const made = (this.#made ??= this.make());
    made.catch(() => {
      if (this.#made === made) this.#made = undefined;
    });
    return made;
  }

  /** Hands over what was made, if anything; the next use makes another. */
  take(): Promise<T> | undefined {
    const made = this.#made;
    this.#made = undefined;
    return made;
  }
}
