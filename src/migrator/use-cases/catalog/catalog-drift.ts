import { findCatalogDrift } from '../../../core/catalog/find-catalog-drift.js';
import type { Finding } from '../../../core/errors/finding.js';
import type { MigratorParts } from '../../run/parts.js';

type Parts = Pick<MigratorParts, 'catalog' | 'database' | 'diffTexts'>;

/** Changes made in the database without a migration. Empty if the catalog is not checked. */
export async function catalogDrift({ catalog, database, diffTexts }: Parts, isDiffWanted: boolean): Promise<Finding[]> {
  if (!catalog) return [];
  const findings = findCatalogDrift(await catalog.reader.check(), database.target.name, catalog.ignores);
  if (!isDiffWanted) return findings;
  return Promise.all(
    findings.map(async (found) => {
      const { code, subject, recorded, actual } = found;
      if (code !== 'OBJECT_CHANGED') return found;
      const before = { name: subject, label: 'recorded', text: `${recorded}\n` };
      return { ...found, diff: await diffTexts(before, { name: subject, label: 'now', text: `${actual}\n` }) };
    }),
  );
}
