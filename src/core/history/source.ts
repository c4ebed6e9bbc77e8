import { withLineFeeds } from '../migration/checksum.js';
import type { Migration } from '../migration/migration.js';
import { maskSecrets } from '../sql/text/secrets.js';

/** The longest text that is recorded, in characters. */
const MAX_SOURCE_LENGTH = 1_000_000;

/**
 * The text of a migration as it is recorded and compared: placeholders as they are, secrets masked, line endings as LF.
 * Undefined for a text that is too long.
 */
export function recordableSource({ text }: Pick<Migration, 'text'>): string | undefined {
  if (text.length > MAX_SOURCE_LENGTH) return undefined;
  return maskSecrets(withLineFeeds(text));
}
