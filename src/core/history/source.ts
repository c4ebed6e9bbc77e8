import { withLineFeeds } from '../migration/checksum.js';
import type { Migration } from '../migration/migration.js';
import { maskSecrets } from '../sql/text/secrets.js';

/** The longest source that is recorded, in characters. */
const MAX_SOURCE_LENGTH = 1_000_000;

/**
 * The source of a migration as recorded and compared: placeholders unreplaced, secrets masked, line endings as LF.
 * Undefined for a source that is too long.
 */
export function recordableSource({ text }: Pick<Migration, 'text'>): string | undefined {
  if (text.length > MAX_SOURCE_LENGTH) return undefined;
  return maskSecrets(withLineFeeds(text));
}
