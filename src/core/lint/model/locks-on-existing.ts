import type { Node } from '@pgsql/types';
import { locksOf, type RelationLock } from '../syntax/locks.js';
import type { Tables } from './tables.js';

/** The locks that a statement takes on relations that existed before the run. */
export function locksOnExisting(node: Node, tables: Tables): RelationLock[] {
  return locksOf(node).filter(({ relation }) => !tables.isNew(relation));
}
