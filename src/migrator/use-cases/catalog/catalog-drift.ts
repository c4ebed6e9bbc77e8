import { findCatalogDrift } from '../../../core/catalog/find-catalog-drift.js';
import { withoutSecrets } from '../../../core/catalog/describe-differences.js';
import type { Finding } from '../../../core/errors/finding.js';
import { secretsOf } from '../../../core/target/target.js';
import type { MigratorParts } from '../../run/parts.js';
import { withObjectDiffs } from './object-diffs.js';

type Parts = Pick<MigratorParts, 'catalog' | 'database' | 'diffTexts' | 'ignoresObject' | 'reader'>;

/** Changes made in the database without a migration. Empty if the catalog is not checked. */
export async function catalogDrift(
  { catalog, database, diffTexts, ignoresObject, reader }: Parts,
  isDiffWanted: boolean,
): Promise<Finding[]> {
  if (!catalog) return [];
  const check = await catalog.check();
  // What changed matters more than who changed it; reading the latter needs a separate privilege.
  const commands = check.kind === 'different' ? await reader.readDdlAudit(check.matchedAt).catch(() => []) : [];
  const found = findCatalogDrift(check, database.target.name, ignoresObject, commands);
  const findings = withoutSecrets(found, secretsOf(database.target));
  return isDiffWanted ? withObjectDiffs(findings, { recorded: 'recorded', actual: 'now' }, diffTexts) : findings;
}
