import { finding, type Finding } from '../errors/finding.js';
import { list } from '../errors/wording.js';
import { maskSecrets } from '../sql/text/secrets.js';
import type { Catalog, CatalogCheck } from './catalog.js';
import { describeObject, displayObject, ownerOfPart, type CatalogObject } from './catalog-object.js';
import { compareCatalogs, type ObjectChange } from './compare-catalogs.js';
import type { ObjectFilter } from './patterns.js';
import { majorOf } from './version-rules.js';

/** The findings of a catalog check. @param target the database, for notes about the whole database */
export function findCatalogDrift(check: CatalogCheck, target: string, ignores: ObjectFilter): Finding[] {
  if (check.kind === 'unchanged') return [];
  if (check.kind !== 'different') return [notCompared(check, target)];
  const { recorded, live, matchedAt: since } = check;
  const { added, removed, changed, rewritten } = compareCatalogs(recorded, live, ignores);
  const [partsNow, partsBefore] = [partsByOwner(live), partsByOwner(recorded)];
  return [
    ...removed.map((object) =>
      finding('OBJECT_REMOVED', { subject: displayObject(object), since, recorded: describe(object, partsBefore) }),
    ),
    ...added.map((object) =>
      finding('OBJECT_ADDED', { subject: displayObject(object), since, actual: describe(object, partsNow) }),
    ),
    ...changed.map((change) => changeFinding(change, since)),
    ...(rewritten.length === 0
      ? []
      : [
          finding('OBJECTS_REWRITTEN', {
            subject: target,
            recorded: String(majorOf(recorded.serverVersion)),
            actual: String(majorOf(live.serverVersion)),
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
function describe(object: CatalogObject, partsOf: PartsByOwner): string {
  const parts = ownerOfPart(object) ? [] : (partsOf.get(JSON.stringify(object.name)) ?? []);
  const lines = parts.map(
    (part) => `${part.kind} ${part.name.at(-1)}: ${describeObject(part).replaceAll('\n', '\n  ')}`,
  );
  return maskSecrets([describeObject(object), ...lines].filter(Boolean).join('\n'));
}

/** The parts of each object, keyed by the object's name as JSON. */
type PartsByOwner = ReadonlyMap<string, readonly CatalogObject[]>;

function partsByOwner({ objects }: Catalog): PartsByOwner {
  const parts = new Map<string, CatalogObject[]>();
  for (const object of Object.values(objects).flat()) {
    const owner = ownerOfPart(object);
    if (!owner) continue;
    const name = JSON.stringify(owner);
    const others = parts.get(name);
    if (others) others.push(object);
    else parts.set(name, [object]);
  }
  return parts;
}
