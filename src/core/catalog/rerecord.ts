import type { FingerprintedCatalog } from './catalog.js';
import { objectKey, type CatalogObject } from './catalog-object.js';
import type { ObjectGroup } from './object-group.js';
import { isComparable } from './version-rules.js';

/** Equals no fingerprint of a server: such a group is always compared by objects. */
export const NO_FINGERPRINT = 'composed';

/**
 * The recorded catalog as the live server writes it: after an upgrade, when definitions read differently. Objects that
 * only one of them has stay as they are recorded, so that they are still found.
 */
export function rerecord(recorded: FingerprintedCatalog, live: FingerprintedCatalog): FingerprintedCatalog {
  const groups = Object.keys(recorded.objects) as ObjectGroup[];
  const rewritten = groups.map((group) => {
    const [before, now] = [recorded.objects[group] ?? [], live.objects[group]];
    if (!now) return { group, objects: before, fingerprint: recorded.fingerprint[group] };
    const byKey = new Map(now.map((object) => [objectKey(object), object]));
    // Objects that the upgrade itself added are accepted.
    const isKept = (object: CatalogObject): boolean => isComparable(object, recorded.serverVersion, live.serverVersion);
    const objects = [
      ...before.filter(isKept).map((object) => byKey.get(objectKey(object)) ?? object),
      ...now.filter((object) => !isKept(object)),
    ];
    const isWhole = objects.length === now.length && objects.every((object) => byKey.get(objectKey(object)) === object);
    return { group, objects, fingerprint: isWhole ? live.fingerprint[group] : NO_FINGERPRINT };
  });
  return {
    serverVersion: live.serverVersion,
    objects: Object.fromEntries(rewritten.map(({ group, objects }) => [group, objects])),
    fingerprint: Object.fromEntries(rewritten.map(({ group, fingerprint }) => [group, fingerprint])),
  };
}
