import { finding, type Finding } from '../errors/finding.js';
import { list } from '../errors/wording.js';
import { maskSecrets } from '../sql/text/secrets.js';
import type { CatalogCheck } from './catalog.js';
import { describeObject, displayObject, ownerOfPart, type CatalogObject } from './catalog-object.js';
import { compareCatalogs, type ObjectChange } from './compare-catalogs.js';
import type { ObjectFilter } from './patterns.js';

/** The findings of a catalog check. @param target the database, for notes about the whole database */
export function findCatalogDrift(check: CatalogCheck, target: string, ignores: ObjectFilter): Finding[] {
  if (check.kind === 'unchanged') return [];
  if (check.kind !== 'different') return [notCompared(check, target)];
  const { recorded, live, matchedAt: since } = check;
  const { added, removed, changed, rewritten } = compareCatalogs(recorded, live, ignores);
  const all = Object.values(live.objects).flat();
  const allRecorded = Object.values(recorded.objects).flat();
  return [
    ...removed.map((object) =>
      finding('OBJECT_REMOVED', { subject: displayObject(object), since, recorded: describe(object, allRecorded) }),
    ),
    ...added.map((object) =>
      finding('OBJECT_ADDED', { subject: displayObject(object), since, actual: describe(object, all) }),
    ),
    ...changed.map((change) => changeFinding(change, since)),
    ...(rewritten.length === 0
      ? []
      : [
          finding('OBJECTS_REWRITTEN', {
            subject: target,
            recorded: majorText(recorded.serverVersion),
            actual: majorText(live.serverVersion),
            detail: list(rewritten.map(({ live: object }) => displayObject(object))),
          }),
        ]),
  ];
}

function notCompared(check: Exclude<CatalogCheck, { kind: 'unchanged' | 'different' }>, subject: string): Finding {
  switch (check.kind) {
    case 'unrecorded':
      return finding('CATALOG_NOT_RECORDED', { subject, detail: 'it was never recorded' });
    case 'outdated':
      return finding('CATALOG_NOT_RECORDED', {
        subject,
        detail: check.newer === undefined ? 'another release recorded it' : `${check.newer} ran after it was recorded`,
      });
    case 'unreadable':
      return finding('CATALOG_NOT_COMPARED', { subject, detail: 'the role may not read it', actual: check.grant });
    case 'migrating':
      return finding('CATALOG_NOT_COMPARED', { subject, detail: 'a run is in progress' });
  }
}

function changeFinding({ recorded, live }: ObjectChange, since: Date): Finding {
  return finding('OBJECT_CHANGED', {
    subject: displayObject(live),
    since,
    detail: maskSecrets(summarize(recorded, live)),
    recorded: maskSecrets(describeObject(recorded)),
    actual: maskSecrets(describeObject(live)),
  });
}

/** A longer value is left to the diff. */
const MAX_VALUE_LENGTH = 60;

/** `owner: app → eve; options: none → fillfactor=70`. */
function summarize(recorded: CatalogObject, live: CatalogObject): string {
  const names = [...new Set([...Object.keys(recorded.properties), ...Object.keys(live.properties)])];
  const parts = [
    { name: 'definition', before: recorded.definition, now: live.definition },
    ...names.map((name) => ({
      name,
      before: recorded.properties[name] ?? 'none',
      now: live.properties[name] ?? 'none',
    })),
  ].filter(({ before, now }) => before !== now);
  return parts
    .map(({ name, before, now }) => {
      const isShort = [before, now].every((value) => value.length <= MAX_VALUE_LENGTH && !value.includes('\n'));
      return isShort ? `${name}: ${before || 'none'} → ${now || 'none'}` : name;
    })
    .join('; ');
}

/** An object with everything that belongs to it. */
function describe(object: CatalogObject, all: readonly CatalogObject[]): string {
  const name = JSON.stringify(object.name);
  const parts = ownerOfPart(object) ? [] : all.filter((part) => JSON.stringify(ownerOfPart(part)) === name);
  const lines = parts.map(
    (part) => `${part.kind} ${part.name.at(-1)}: ${describeObject(part).replaceAll('\n', '\n  ')}`,
  );
  return maskSecrets([describeObject(object), ...lines].filter(Boolean).join('\n'));
}

/** 15 for 150004. */
function majorText(serverVersion: number): string {
  return String(Math.floor(serverVersion / 10_000));
}
