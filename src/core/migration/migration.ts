import { readCheckpoint, type Checkpoint } from './checkpoint.js';
import { canonicalChecksum, checksum } from './checksum.js';
import { migrationOrder, type MigrationOrder } from './version.js';

/** One migration, from disk to report. It is created once per read of its directory and never looked up by name. */
export class Migration {
  /** The kind of content. Later kinds may contain code. */
  readonly kind = 'sql';
  readonly order: MigrationOrder;
  /** SHA-256 (hex) of the text with all line endings as LF. */
  readonly checksum: string;
  /** What its first lines say if it is a checkpoint; `invalid` if they cannot be read. */
  readonly checkpoint: Checkpoint | 'invalid' | undefined;
  #canonicalChecksum: string | undefined;

  /**
   * @param file path relative to the migrations directory, with `/`: its identity in the history.
   * @param text the whole text, without a byte order mark. Line endings are as on disk.
   */
  constructor(
    readonly file: string,
    readonly text: string,
  ) {
    this.order = migrationOrder(file);
    this.checksum = checksum(text);
    this.checkpoint = readCheckpoint(text);
  }

  /** SHA-256 (hex) of the text without comments and with normalized whitespace. Computed on first access. */
  get canonicalChecksum(): string {
    return (this.#canonicalChecksum ??= canonicalChecksum(this.text));
  }

  /** False for a file that contains only comments and whitespace. */
  get hasStatements(): boolean {
    return this.canonicalChecksum !== EMPTY_CHECKSUM;
  }

  /** Leaves the text out of serialized reports. */
  toJSON(): { readonly file: string; readonly checksum: string } {
    return { file: this.file, checksum: this.checksum };
  }
}

/** The canonical checksum of a text without statements. */
export const EMPTY_CHECKSUM = canonicalChecksum('');
