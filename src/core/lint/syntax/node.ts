import type { Node } from '@pgsql/types';

type KindsOf<N> = N extends object ? keyof N : never;

/** The name of a kind of node: `IndexStmt`. */
export type NodeKind = KindsOf<Node>;

/** What a node of a kind contains. */
export type NodeBody<K extends NodeKind> = Extract<Node, Record<K, unknown>>[K];

/** Functions for some kinds of nodes. */
export type ByKind<Result> = { readonly [K in NodeKind]?: (body: NodeBody<K>) => Result };

/** Calls the function for the kind of a node; undefined if there is none. */
export function forKind<Result>(functions: ByKind<Result>, node: Node): Result | undefined {
  const [kind, body] = Object.entries(node)[0] as [NodeKind, never];
  return (functions[kind] as ((body: never) => Result) | undefined)?.(body);
}

/** The body of a node, if it is of that kind. */
export function bodyOf<K extends NodeKind>(kind: K, node: Node | undefined): NodeBody<K> | undefined {
  return node && kind in node ? (node as unknown as Record<K, NodeBody<K>>)[kind] : undefined;
}
