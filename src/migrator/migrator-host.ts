/** What a migrator needs in addition to its use cases. */
export interface MigratorHost {
  /** False when every call of `migrate` runs every file and nothing is recorded. */
  readonly tracked: boolean;
  /** Runs work that the signals of the process may interrupt. */
  readonly interruptible: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** Closes the connections that reads keep open. */
  readonly close: () => Promise<void>;
}
