import type { CatalogCheck } from '../../../core/catalog/catalog.js';
import { chooseDifferences } from '../../../core/catalog/compare-catalogs.js';
import { findCatalogDrift } from '../../../core/catalog/find-catalog-drift.js';
import { recordAccepted } from '../../../core/catalog/record-on-top.js';
import type { Finding } from '../../../core/errors/finding.js';
import { ConfigurationError, UnknownMigrationError } from '../../../core/errors/input-errors.js';
import type { TargetSession } from '../../../core/ports/ports.js';
import { takeLock } from '../../run/acquire-lock.js';
import type { MigratorParts } from '../../run/parts.js';
import { withInterruptibleSession } from '../../run/with-session.js';
import type { ChangeOptions } from '../change-history.js';

/** Options of `acceptCatalog()`. */
export interface AcceptCatalogOptions extends ChangeOptions {
  /** The object to accept, named as in its finding: `Table public.orders`. @default all changed objects */
  readonly object?: string;
}

/** Records the catalog, or one object of it, as it is now. */
export async function acceptCatalog(
  parts: MigratorParts,
  { object, reason, dryRun = false, signal }: AcceptCatalogOptions,
): Promise<Finding[]> {
  const { catalog, database, ignoresObject } = parts;
  if (!catalog) {
    const detail = 'is false, so no catalog is recorded';
    throw new ConfigurationError('INVALID_OPTIONS', [{ option: 'catalog', code: 'disabled', given: 'false', detail }]);
  }
  const target = database.target.name;
  const choose = (check: CatalogCheck): readonly Finding[] =>
    chosenFrom(findCatalogDrift(check, target, ignoresObject), object);
  if (dryRun) return [...choose(await catalog.check())];
  const work = async (session: TargetSession): Promise<Finding[]> => {
    await takeLock(session.lock, parts, signal);
    const check = await session.catalog?.check(signal);
    if (check?.kind !== 'different') return [...choose(check ?? { kind: 'unrecorded' })];
    const chosen = choose(check);
    if (chosen.length === 0) return [];
    await session.history.install(signal);
    const accepted =
      object === undefined
        ? undefined
        : recordAccepted(
            check,
            chooseDifferences(check, (subject) => subject === object, ignoresObject),
          );
    const note = {
      action: 'accept',
      files: [],
      reason,
      details: { objects: chosen.map(({ subject }) => subject) },
    } as const;
    await session.catalog?.accept({ accepted, note }, signal);
    return [...chosen];
  };
  return withInterruptibleSession(database, work, signal);
}

function chosenFrom(findings: readonly Finding[], object: string | undefined): readonly Finding[] {
  const differences = findings.filter(({ code }) => code.startsWith('OBJECT_'));
  const chosen = differences.filter(({ subject }) => object === undefined || subject === object);
  if (object !== undefined && chosen.length === 0)
    throw new UnknownMigrationError(`There is nothing to accept for ${object}: drift() reports no change to it.`);
  return chosen;
}
