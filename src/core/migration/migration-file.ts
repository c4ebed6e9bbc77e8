/** One migration as it lies on disk. */
export interface MigrationFile {
  /** Path relative to the migrations directory, with `/`. Its identity in the history. */
  readonly file: string;
  /** The whole text, without a byte order mark. Line ends are as on disk. */
  readonly text: string;
  /** SHA-256, in hex, as {@link checksum} makes it. */
  readonly checksum: string;
}
