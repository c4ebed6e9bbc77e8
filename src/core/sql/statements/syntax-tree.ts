/** All objects in a syntax tree, each before its parts. */
export function partsOf(tree: unknown): object[] {
  if (tree === null || typeof tree !== 'object') return [];
  return [tree, ...Object.values(tree).flatMap(partsOf)];
}
