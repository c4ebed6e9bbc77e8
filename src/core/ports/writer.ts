import type { Layout } from '../tools/layouts.js';

/** Where new migrations are written. */
export interface MigrationWriter {
  readonly layout: Layout;
  /** Writes a file atomically, replacing any of the same name. @throws DirectoryError */
  replace(file: string, text: string): Promise<void>;
}
