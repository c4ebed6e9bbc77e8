import { findCatalogDrift } from '../../../core/catalog/find-catalog-drift.js';
import type { Finding } from '../../../core/errors/finding.js';
import type { MigratorParts } from '../../run/parts.js';
import { withObjectDiffs } from './object-diffs.js';

type Parts = Pick<MigratorParts, 'catalog' | 'database' | 'diffTexts' | 'ignoresObject'>;

/** Changes made in the database without a migration. Empty if the catalog is not checked. */
export async function catalogDrift(
  { catalog, database, diffTexts, ignoresObject }: Parts,
  isDiffWanted: boolean,
): Promise<Finding[]> {
  if (!catalog) return [];
  const findings = findCatalogDrift(await catalog.check(), database.target.name, ignoresObject);
  return isDiffWanted ? withObjectDiffs(findings, { recorded: 'recorded', actual: 'now' }, diffTexts) : findings;
}
