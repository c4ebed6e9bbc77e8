import { finding, type Finding } from '../errors/finding.js';
import type { DdlEntry } from '../history/ddl-audit.js';
import type { CatalogCheck } from './catalog.js';
import { commandsOnObject } from './commands-on-object.js';
import { displayObject } from './catalog-object.js';
import { compareCatalogs } from './compare-catalogs.js';
import { describeDifferences } from './describe-differences.js';
import type { ObjectFilter } from './patterns.js';
import { majorOf } from './version-rules.js';

const CODES = { removed: 'OBJECT_REMOVED', added: 'OBJECT_ADDED', changed: 'OBJECT_CHANGED' } as const;

/**
 * The findings of a catalog check.
 *
 * @param target the database, for notes about the whole database.
 * @param commands what the DDL audit has recorded since the last clean check, oldest first.
 */
export function findCatalogDrift(
  check: CatalogCheck,
  target: string,
  ignores: ObjectFilter,
  commands: readonly DdlEntry[] = [],
): Finding[] {
  if (check.kind === 'unchanged') return [];
  if (check.kind !== 'different') return [notCompared(check, target)];
  const { recorded, live, matchedAt } = check;
  const difference = compareCatalogs(recorded, live, ignores);
  const { rewritten } = difference;
  return [
    ...describeDifferences({ recorded, live, difference }, CODES, (object) => {
      const changedBy = commandsOnObject(object, commands);
      return { since: matchedAt, ...(changedBy.length > 0 && { changedBy }) };
    }),
    ...(rewritten.length === 0
      ? []
      : [
          finding('OBJECTS_REWRITTEN', {
            subject: target,
            recorded: String(majorOf(recorded.serverVersion)),
            actual: String(majorOf(live.serverVersion)),
            names: rewritten.map(({ live: object }) => displayObject(object)),
          }),
        ]),
  ];
}

function notCompared(check: Exclude<CatalogCheck, { kind: 'unchanged' | 'different' }>, subject: string): Finding {
  switch (check.kind) {
    case 'unrecorded':
      return finding('CATALOG_NOT_RECORDED', { subject, reason: 'never-recorded' });
    case 'outdated':
      return check.newer === undefined
        ? finding('CATALOG_NOT_RECORDED', { subject, reason: 'other-release' })
        : finding('CATALOG_NOT_RECORDED', { subject, reason: 'migrated-since', detail: check.newer });
    case 'unreadable':
      return finding('CATALOG_NOT_COMPARED', { subject, reason: 'not-readable', actual: check.grant });
    case 'migrating':
      return finding('CATALOG_NOT_COMPARED', { subject, reason: 'migrating' });
  }
}
