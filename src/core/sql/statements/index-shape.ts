import type { IndexStmt, Node } from '@pgsql/types';

/**
 * Everything about an index except its name: two statements with the same shape build the same index. Casts are
 * ignored, because the server adds some when it prints a definition.
 */
export function indexShape(index: IndexStmt): string {
  return JSON.stringify([
    index.accessMethod ?? 'btree',
    index.unique ?? false,
    index.nulls_not_distinct ?? false,
    plain(index.indexParams ?? []),
    plain(index.indexIncludingParams ?? []),
    plain(index.whereClause),
  ]);
}

/** The `CREATE INDEX` in a syntax tree, if it is one. */
export function asIndex(node: Node | undefined): IndexStmt | undefined {
  return node && 'IndexStmt' in node ? node.IndexStmt : undefined;
}

/** A syntax tree without positions, casts and optional defaults. */
function plain(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(plain);
  if (tree === null || typeof tree !== 'object') return tree;
  if ('TypeCast' in tree) return plain((tree.TypeCast as { arg?: unknown }).arg);
  return Object.fromEntries(
    Object.entries(tree)
      .filter(([key, value]) => !key.endsWith('location') && !DEFAULTS.has(value as string))
      .map(([key, value]) => [key, plain(value)]),
  );
}

const DEFAULTS: ReadonlySet<string> = new Set(['SORTBY_DEFAULT', 'SORTBY_ASC', 'SORTBY_NULLS_DEFAULT']);
