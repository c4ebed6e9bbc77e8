import type { Node } from '@pgsql/types';
import type { LockMode } from '../syntax/lock-modes.js';
import type { RelationName } from '../syntax/relation.js';

/** One statement of a migration, parsed. */
export interface LintStatement {
  readonly node: Node;
  /** UTF-16 offsets in the text that runs. */
  readonly start: number;
  readonly end: number;
  /** Converts a position from the parser to such an offset. */
  readonly offsetOf: (location: number) => number;
}

/** Statements that this library commits together. */
export interface Transaction {
  /** True for one statement, or one block of the file, that commits on its own. */
  readonly isAutocommit: boolean;
  readonly statements: readonly LintStatement[];
}

/** A lock that an earlier statement of the same transaction took on an existing relation. */
export interface HeldLock {
  readonly relation: RelationName;
  readonly mode: LockMode;
  readonly statement: LintStatement;
}
