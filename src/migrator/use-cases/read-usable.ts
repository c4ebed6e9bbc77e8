import { RefusedError } from '../../core/errors/input-errors.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { MigrationSource } from '../../core/ports/ports.js';
import { unusableFinding } from '../../core/status/findings.js';

/** Reads a directory in which every file must be usable. @throws RefusedError listing every file that is not. */
export async function readUsable(source: MigrationSource): Promise<MigrationSet> {
  const set = await source.read();
  if (set.unusable.length === 0) return set;
  throw new RefusedError(set.unusable.map(unusableFinding));
}
