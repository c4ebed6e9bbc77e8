/** Flags of the commands. */
export interface CommonFlags {
  readonly databaseUrl?: string;
  readonly dir?: string;
  readonly table?: string;
  readonly role?: string;
  readonly layout?: string;
  readonly recursive?: boolean;
  readonly json?: boolean;
  /** In seconds; only for `migrate`. */
  readonly wait?: string;
}

/** Flags of commands that change the history. */
export interface ChangeFlags extends CommonFlags {
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Flags of the commands that read. */
export interface ReadFlags extends CommonFlags {
  readonly audit?: boolean;
  readonly diff?: boolean;
  readonly exitCode?: boolean;
  /** In seconds. */
  readonly timeout?: string;
}
