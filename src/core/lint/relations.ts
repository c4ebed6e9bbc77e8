import type { Node } from '@pgsql/types';
import { locksOf } from './syntax/locks.js';
import { forKind, type ByKind } from './syntax/node.js';
import { nameOf, shown, type RelationName } from './syntax/relation.js';
import type { ParsedFile } from './model/parsed-file.js';

/** The relations about which the catalog is asked, each once. */
export function relationsIn(files: readonly ParsedFile[]): RelationName[] {
  const nodes = files.flatMap(({ transactions }) => transactions.flatMap(({ statements }) => statements));
  const names = nodes.flatMap(({ node }) => [...locksOf(node).map(({ relation }) => relation), ...createdBy(node)]);
  return [...new Map(names.map((name) => [shown(name), name])).values()];
}

/** A statement may create a relation only if there is none with its name. */
function createdBy(node: Node): RelationName[] {
  const name = forKind(CREATED, node);
  return name ? [name] : [];
}

const CREATED: ByKind<RelationName | undefined> = {
  CreateStmt: ({ relation }) => nameOf(relation),
  CreateTableAsStmt: ({ into }) => nameOf(into?.rel),
  ViewStmt: ({ view }) => nameOf(view),
};
