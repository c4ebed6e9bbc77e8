import { placeholderNames } from '../../../core/compile/placeholders.js';
import { finding, type Finding, type FindingDetails } from '../../../core/errors/finding.js';
import { RefusedError } from '../../../core/errors/input-errors.js';
import type { MigrationSet } from '../../../core/migration/migration-set.js';
import type { MigratorParts } from '../../run/parts.js';
import { findFarReaching } from '../catalog/verified-migrations.js';

/** @throws RefusedError for migrations whose effect a dump cannot contain. */
export async function assertReplaceable({ migrations }: MigrationSet, parts: MigratorParts): Promise<void> {
  const farReaching = await findFarReaching(migrations, parts, false);
  const refusals = [
    ...farReaching.map(({ code, subject, line, column, detail }) => {
      const isRead = code === 'FAR_REACHING_STATEMENT';
      const why: FindingDetails = isRead
        ? { subject, reason: 'reaches-further', ...(detail !== undefined && { detail }) }
        : { subject, reason: 'unknown-statements' };
      return finding('NOT_IN_CHECKPOINT', { ...why, ...(line && { line }), ...(column && { column }) });
    }),
    ...findPlaceholders(migrations, parts),
  ];
  if (refusals.length > 0) throw new RefusedError(refusals);
}

/** A dump contains the values instead, which may be others elsewhere. */
function findPlaceholders(migrations: MigrationSet['migrations'], { database }: MigratorParts): Finding[] {
  const { placeholders } = database.target;
  if (!placeholders) return [];
  return migrations.flatMap(({ file: subject, text }) => {
    const [name] = placeholderNames(text, placeholders);
    const details = { subject, reason: 'placeholder-value', detail: name ?? '' } as const;
    return name === undefined ? [] : [finding('NOT_IN_CHECKPOINT', details)];
  });
}
