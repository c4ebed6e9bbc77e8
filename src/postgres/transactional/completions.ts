/** Determines, from the rows that a message returns, which migrations the server completed. */
export class Completions {
  private readonly durations = new Map<string, number | undefined>();

  constructor(
    /** Prefix of a completion: random, so that no migration can fake one. */
    private readonly marker: string,
  ) {}

  /** @param value the first column of any row. */
  note(value: string | undefined): void {
    if (!value?.startsWith(this.marker)) return;
    const text = value.slice(this.marker.length);
    const space = text.indexOf(' ');
    this.durations.set(text.slice(space + 1), space === 0 ? undefined : Number(text.slice(0, space)));
  }

  /** The completion of a migration with the recorded duration, in ms, if there is one; undefined until it completes. */
  of(file: string): { readonly durationMs: number | undefined } | undefined {
    return this.durations.has(file) ? { durationMs: this.durations.get(file) } : undefined;
  }
}
