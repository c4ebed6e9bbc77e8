import { isPartKind, ownerOfPart, type CatalogObject, type ObjectKind } from './catalog-object.js';

/** Tells which objects a list of patterns matches. */
export type ObjectFilter = (object: CatalogObject) => boolean;

/**
 * Reads patterns for names: `public.tmp_*`, or with a kind `index:public.orders.*`. `*` stands for any characters. A
 * pattern that matches a table also matches whatever belongs to it.
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

/** A regular expression for a whole name with `*` in it, which JavaScript (flag `s`) and PostgreSQL read in the same way. */
export function patternSource(name: string): string {
  return `^${name.replace(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`).replaceAll('*', '.*')}$`;
}
