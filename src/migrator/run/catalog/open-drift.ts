import { chooseDifferences } from '../../../core/catalog/compare-catalogs.js';
import { withoutSecrets } from '../../../core/catalog/describe-differences.js';
import { findCatalogDrift } from '../../../core/catalog/find-catalog-drift.js';
import { recordAccepted } from '../../../core/catalog/record-on-top.js';
import type { CatalogRecorder, RecordBasis } from '../../../core/ports/catalog.js';
import { secretsOf } from '../../../core/target/target.js';
import type { MigratorParts } from '../parts.js';

/**
 * After a run that was killed before it could record the catalog, nobody knows which differences are its own. Those for
 * which an incident is open are not: an alert has been sent for them, so they must still be found.
 *
 * @returns undefined if there are no differences, or none with an open incident.
 * @throws MigrationError
 */
export async function openDrift(
  { database: { target }, ignoresObject }: Pick<MigratorParts, 'database' | 'ignoresObject'>,
  catalog: CatalogRecorder,
  signal: AbortSignal,
): Promise<RecordBasis> {
  const check = await catalog.check(signal, true);
  if (check.kind !== 'different') return undefined;
  const findings = withoutSecrets(findCatalogDrift(check, target.name, ignoresObject), secretsOf(target));
  const subjects = new Set((await catalog.withIncident(findings)).map(({ subject }) => subject));
  if (subjects.size === 0) return undefined;
  const open = chooseDifferences(check, (subject) => subjects.has(subject), ignoresObject);
  return { ...check, live: recordAccepted(check, open) };
}
