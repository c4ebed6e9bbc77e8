/** `(ARRAY['a'::character varying, …])::text[]`, the way PostgreSQL stores `x IN ('a', …)` for a varchar column. */
const CAST_ARRAY = /\(ARRAY\[((?:'(?:[^']|'')*'|[^[\]'])*)\]\)::([a-z][\w ."]*(?:\(\d+\))?)\[\]/g;
const ELEMENT = /(?:'(?:[^']|'')*'|\([^()]*\)|[^,'()])+/g;

/**
 * Rewrites an expression into the form that it takes when PostgreSQL parses its own output again, as after a restore:
 * a cast of an array becomes a cast of each element.
 */
export function canonicalDefinition(definition: string): string {
  return definition.replace(CAST_ARRAY, (_, elements: string, type: string) => {
    const cast = (elements.match(ELEMENT) ?? []).map((element) => `(${element.trim()})::${type}`);
    return `ARRAY[${cast.join(', ')}]`;
  });
}
