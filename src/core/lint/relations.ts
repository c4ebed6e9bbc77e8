import type { Node } from '@pgsql/types';
import { locksOf } from './syntax/locks.js';
import { forKind, type ByKind } from './syntax/node.js';
import { nameOf, shown, type RelationName } from './syntax/relation.js';
import type { ParsedFile } from './model/parsed-file.js';

/** The relations to look up in the catalog, without duplicates. */
export function relationsIn(files: readonly ParsedFile[]): RelationName[] {
  const nodes = files.flatMap(({ transactions }) => transactions.flatMap(({ statements }) => statements));
  const names = nodes.flatMap(({ node }) => [...locksOf(node).map(({ relation }) => relation), ...createdBy(node)]);
  return [...new Map(names.map((name) => [shown(name), name])).values()];
}

/** `CREATE` may do nothing if the relation exists, so that must be known too. */
function createdBy(node: Node): RelationName[] {
  const name = forKind(CREATED, node);
  return name ? [name] : [];
}

const CREATED: ByKind<RelationName | undefined> = {
  CreateStmt: ({ relation }) => nameOf(relation),
  CreateTableAsStmt: ({ into }) => nameOf(into?.rel),
  ViewStmt: ({ view }) => nameOf(view),
};
