import { isPartKind, ownerOfPart, type CatalogObject, type ObjectKind } from './catalog-object.js';

/** True if any of a list of patterns matches the object. */
export type ObjectFilter = (object: CatalogObject) => boolean;

/**
 * Parses name patterns: `public.tmp_*`, or with a kind `index:public.orders.*`. `*` matches any characters. A
 * pattern that matches a table also matches everything that belongs to it.
 */
export function matchingAny(patterns: readonly string[]): ObjectFilter {
  const parsed = patterns.map(parsePattern);
  return (object) => {
    const own = object.name.join('.');
    const owner = ownerOfPart(object)?.join('.');
    return parsed.some(({ kind, name }) => {
      if (kind === undefined || kind === object.kind) if (name.test(own)) return true;
      return owner !== undefined && !(kind !== undefined && isPartKind(kind)) && name.test(owner);
    });
  };
}

function parsePattern(pattern: string): { kind: ObjectKind | undefined; name: RegExp } {
  const [, kind, name = ''] = /^(?:([a-z][a-z -]*):)?(.*)$/s.exec(pattern) ?? [];
  return { kind: kind as ObjectKind | undefined, name: new RegExp(patternSource(name), 's') };
}

/** A regular expression for a whole name with `*` in it, which JavaScript (flag `s`) and PostgreSQL interpret alike. */
export function patternSource(name: string): string {
  return `^${name.replace(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`).replaceAll('*', '.*')}$`;
}
