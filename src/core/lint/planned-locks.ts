import { locateInFile } from '../compile/source-text.js';
import type { TableSize } from './model/facts.js';
import { locksOnExisting } from './model/locks-on-existing.js';
import { observe } from './model/observe.js';
import type { LintFile, ParsedFile } from './model/parsed-file.js';
import { Tables } from './model/tables.js';
import type { LintStatement } from './model/transaction.js';
import { readFiles, type ReadingSources } from './read-files.js';
import { isStronger, type LockMode } from './syntax/lock-modes.js';
import type { RelationLock } from './syntax/locks.js';

/** The strongest lock that a migration takes on a table, index or view that exists before it. */
export interface PlannedLock {
  /** `schema.name` */
  readonly relation: string;
  readonly mode: LockMode;
  /** The line of the first statement that takes it in this mode, counted from 1. */
  readonly line: number;
  /** The size of the table, or of the index's table; undefined if it was never analyzed. */
  readonly size: Omit<TableSize, 'table'> | undefined;
}

/**
 * The locks that migrations take in order, by file, as far as their SQL shows them. A file with a statement
 * that the parser cannot read is left out.
 *
 * @param defaultSchema the schema for unqualified names. @default the first existing schema in the search path
 */
export async function plannedLocks(
  files: readonly LintFile[],
  sources: ReadingSources,
  defaultSchema: string | undefined,
): Promise<ReadonlyMap<string, readonly PlannedLock[]>> {
  const { parsed, catalog } = await readFiles(files, sources);
  const tables = new Tables(catalog, defaultSchema);
  const found = parsed.map((file) => [file, locksOfFile(file, tables)] as const);
  return new Map(found.flatMap(([{ file, unreadable }, locks]) => (unreadable.length > 0 ? [] : [[file, locks]])));
}

function locksOfFile(file: ParsedFile, tables: Tables): PlannedLock[] {
  const strongest = new Map<string, PlannedLock>();
  for (const [i, { statements }] of file.transactions.entries()) {
    const isDone = file.program?.kind === 'non-transactional' && i < file.resumeAt;
    for (const statement of statements) {
      if (!isDone) keepStrongest(strongest, locksOfStatement(file, statement, tables));
      observe(tables, statement.node);
    }
  }
  tables.setSchema(undefined);
  return [...strongest.values()];
}

function keepStrongest(strongest: Map<string, PlannedLock>, locks: readonly PlannedLock[]): void {
  for (const lock of locks) {
    const before = strongest.get(lock.relation);
    if (!before || isStronger(lock.mode, before.mode)) strongest.set(lock.relation, lock);
  }
}

function locksOfStatement(file: ParsedFile, statement: LintStatement, tables: Tables): PlannedLock[] {
  return locksOnExisting(statement.node, tables).map((lock) => plannedLock(file, statement, lock, tables));
}

function plannedLock(
  { migration, program }: ParsedFile,
  { start }: LintStatement,
  { relation, mode }: RelationLock,
  tables: Tables,
): PlannedLock {
  const line = migration && program ? locateInFile(migration, program.source, start).line : 1;
  const size = tables.sizeOf(tables.tableOf(relation));
  return {
    relation: tables.fullName(relation),
    mode,
    line,
    size: size && { rows: size.rows, bytes: size.bytes },
  };
}
