/** A migration, before a tool's adapter writes it the way its tool reads it. */
export interface MigrationFile {
  /** From 1, without a gap. */
  readonly number: number;
  /** A few words, joined by `_`. */
  readonly label: string;
  readonly sql: string;
}
