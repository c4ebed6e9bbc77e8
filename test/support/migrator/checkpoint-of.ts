import { withCheckpointHeader } from '../../../src/core/migration/checkpoint.js';
import { checksum } from '../../../src/core/migration/checksum.js';

/** The text of a checkpoint that stands for these files, with a body of its own. */
export function checkpointOf(
  files: Readonly<Record<string, string>>,
  body: string,
  supersedes: readonly string[] = [],
): string {
  const replaces = Object.entries(files).map(([file, text]) => ({ file, checksum: checksum(text) }));
  return withCheckpointHeader({ last: replaces.at(-1)?.file ?? '', replaces, supersedes }, body);
}
