/** A migration that a checkpoint stands for, as it is recorded together with the checkpoint. */
export interface CoveredFile {
  readonly file: string;
  readonly checksum: string;
  /** Null if its file is gone. */
  readonly canonicalChecksum: string | null;
}
