import type { CatalogCheck, CatalogObjects, FingerprintedCatalog } from './catalog.js';
import { describeObject, objectKey, ownerOfPart, type CatalogObject } from './catalog-object.js';
import type { CatalogDifference } from './compare-catalogs.js';
import type { ObjectGroup } from './object-group.js';
import { NO_FINGERPRINT, rerecord } from './rerecord.js';

/**
 * The record after a run that found the catalog already changed: the changes of the run itself are added to
 * the earlier record, so that the earlier drift is still found.
 *
 * @param before as the run found it.
 * @param after as the run left it.
 */
export function recordOnTop(
  { recorded, live }: Extract<CatalogCheck, { kind: 'different' }>,
  after: FingerprintedCatalog,
): FingerprintedCatalog {
  const base = recorded.serverVersion === live.serverVersion ? recorded : rerecord(recorded, live);
  return compose(after, (group, objects) => {
    const [known, found] = [base.objects[group], live.objects[group]];
    return known && found ? onTop(known, found, objects) : objects;
  });
}

/** The record after some differences are accepted: it has those objects, with all their parts, as they are now. */
export function recordAccepted(
  { recorded, live }: Extract<CatalogCheck, { kind: 'different' }>,
  { added, removed, changed }: Pick<CatalogDifference, 'added' | 'removed' | 'changed'>,
): FingerprintedCatalog {
  const whole = new Set([...added, ...removed].map(({ name }) => JSON.stringify(name)));
  const keys = new Set([...added, ...removed, ...changed.map((change) => change.live)].map(objectKey));
  const isAccepted = (object: CatalogObject): boolean =>
    keys.has(objectKey(object)) || whole.has(JSON.stringify(ownerOfPart(object) ?? null));
  const now: FingerprintedCatalog = {
    serverVersion: recorded.serverVersion,
    objects: { ...recorded.objects, ...live.objects },
    fingerprint: { ...recorded.fingerprint, ...live.fingerprint },
  };
  return compose(now, (group, objects) =>
    live.objects[group]
      ? [...(recorded.objects[group] ?? []).filter((object) => !isAccepted(object)), ...objects.filter(isAccepted)]
      : objects,
  );
}

/** @param objectsOf what to record of a group instead of what the catalog has. */
function compose(
  catalog: FingerprintedCatalog,
  objectsOf: (group: ObjectGroup, objects: readonly CatalogObject[]) => readonly CatalogObject[],
): FingerprintedCatalog {
  const objects: Partial<Record<ObjectGroup, readonly CatalogObject[]>> = {};
  const fingerprint: Partial<Record<ObjectGroup, string>> = {};
  for (const [group, all] of Object.entries(catalog.objects) as [ObjectGroup, readonly CatalogObject[]][]) {
    objects[group] = objectsOf(group, all);
    const isWhole = isSameSet(objects[group], all);
    fingerprint[group] = isWhole ? (catalog.fingerprint[group] ?? NO_FINGERPRINT) : NO_FINGERPRINT;
  }
  return { serverVersion: catalog.serverVersion, objects: objects satisfies CatalogObjects, fingerprint };
}

/** Objects that a run did not change stay as recorded; the others are as the run left them. */
function onTop(
  recorded: readonly CatalogObject[],
  before: readonly CatalogObject[],
  after: readonly CatalogObject[],
): CatalogObject[] {
  const [known, found, now] = [byKey(recorded), byKey(before), byKey(after)];
  const keys = new Set([...known.keys(), ...now.keys()]);
  return [...keys].flatMap((key) => {
    const isUnchanged = textOf(found.get(key)) === textOf(now.get(key));
    return (isUnchanged ? known : now).get(key) ?? [];
  });
}

function isSameSet(a: readonly CatalogObject[], b: readonly CatalogObject[]): boolean {
  const other = byKey(b);
  return a.length === b.length && a.every((object) => textOf(object) === textOf(other.get(objectKey(object))));
}

function byKey(objects: readonly CatalogObject[]): Map<string, CatalogObject> {
  return new Map(objects.map((object) => [objectKey(object), object]));
}

function textOf(object: CatalogObject | undefined): string | undefined {
  return object && describeObject(object);
}
