import { canonicalDefinition } from './canonical-definition.js';
import type { Catalog } from './catalog.js';
import { displayObject, objectKey, ownerOfPart, type CatalogObject } from './catalog-object.js';
import type { ObjectGroup } from './object-group.js';
import type { ObjectFilter } from './patterns.js';
import { isComparable, isExplainedByUpgrade, isPrivileged, isSameMajor } from './version-rules.js';

/** An object as recorded and as it is now. */
export interface ObjectChange {
  readonly recorded: CatalogObject;
  readonly live: CatalogObject;
}

/** How the live catalog differs from the recorded one. Parts of an added or removed object are not listed. */
export interface CatalogDifference {
  readonly added: readonly CatalogObject[];
  readonly removed: readonly CatalogObject[];
  readonly changed: readonly ObjectChange[];
  /** Instead of `changed` across major versions of the server: the definitions may only be formatted differently. */
  readonly rewritten: readonly ObjectChange[];
}

/** Compares the groups that both catalogs have. @param ignores objects to leave out. */
export function compareCatalogs(recorded: Catalog, live: Catalog, ignores: ObjectFilter): CatalogDifference {
  const groups = (Object.keys(recorded.objects) as ObjectGroup[]).filter((group) => live.objects[group]);
  const compared = (catalog: Catalog): Map<string, CatalogObject> =>
    new Map(
      groups
        .flatMap((group) => catalog.objects[group] ?? [])
        .filter((object) => !ignores(object) && isComparable(object, recorded.serverVersion, live.serverVersion))
        .map((object) => [objectKey(object), object]),
    );
  const [before, now] = [compared(recorded), compared(live)];
  const changed = [...before].flatMap(([key, object]) => {
    const other = now.get(key);
    return other && !isSame(object, other, recorded.serverVersion, live.serverVersion)
      ? [{ recorded: object, live: other }]
      : [];
  });
  const sameMajor = isSameMajor(recorded.serverVersion, live.serverVersion);
  return {
    added: withoutParts([...now].flatMap(([key, object]) => (before.has(key) ? [] : [object]))),
    removed: withoutParts(
      [...before].flatMap(([key, object]) => (now.has(key) || isInvalidIndex(object) ? [] : [object])),
    ),
    changed: sameMajor ? changed : [],
    rewritten: sameMajor ? [] : changed,
  };
}

/** The differences in those objects that are chosen by their subject in findings. */
export function chooseDifferences(
  { recorded, live }: { readonly recorded: Catalog; readonly live: Catalog },
  isChosen: (subject: string) => boolean,
  ignores: ObjectFilter,
): CatalogDifference {
  const { added, removed, changed, rewritten } = compareCatalogs(recorded, live, ignores);
  return {
    added: added.filter((object) => isChosen(displayObject(object))),
    removed: removed.filter((object) => isChosen(displayObject(object))),
    changed: changed.filter((change) => isChosen(displayObject(change.live))),
    rewritten,
  };
}

/** True if nothing was added, removed or changed. */
export function isEmpty({ added, removed, changed, rewritten }: CatalogDifference): boolean {
  return [added, removed, changed, rewritten].every((objects) => objects.length === 0);
}

/** A run left it behind, and its finding asks for it to be dropped or rebuilt: neither is drift. */
function isInvalidIndex({ kind, properties }: CatalogObject): boolean {
  return kind === 'index' && properties['invalid'] === 'true';
}

function isSame(recorded: CatalogObject, live: CatalogObject, a: number, b: number): boolean {
  const isSameText = (what: string, before: string | undefined, now: string | undefined): boolean =>
    before === now ||
    isExplainedByUpgrade(recorded, what, a, b) ||
    (before === undefined || now === undefined
      ? isPrivileged(recorded, what)
      : canonicalDefinition(before) === canonicalDefinition(now));
  const properties = new Set([...Object.keys(recorded.properties), ...Object.keys(live.properties)]);
  if (isInvalidIndex(recorded)) properties.delete('invalid');
  return (
    isSameText('definition', recorded.definition, live.definition) &&
    [...properties].every((name) => isSameText(name, recorded.properties[name], live.properties[name]))
  );
}

/** Leaves out the columns, indexes, … of a table that was itself added or removed. */
function withoutParts(objects: readonly CatalogObject[]): CatalogObject[] {
  const whole = new Set(objects.filter((object) => !ownerOfPart(object)).map(({ name }) => JSON.stringify(name)));
  return objects
    .filter((object) => {
      const owner = ownerOfPart(object);
      return owner === undefined || !whole.has(JSON.stringify(owner));
    })
    .toSorted((a, b) => (objectKey(a) < objectKey(b) ? -1 : 1));
}
