import { farReachingCommand } from '../../../core/sql/statements/server-wide.js';
import type { ParsedStatement } from '../../../core/sql/statements/statements.js';
import { locateInFile } from '../../../core/compile/source-text.js';
import { finding, type Finding } from '../../../core/errors/finding.js';
import { UnknownMigrationError } from '../../../core/errors/input-errors.js';
import type { Checkpoint } from '../../../core/migration/checkpoint.js';
import type { Migration } from '../../../core/migration/migration.js';
import type { MigrationSet } from '../../../core/migration/migration-set.js';
import { isApplied, type MigrationStatus } from '../../../core/status/status.js';
import { readStatements, type CompiledFor } from './read-statements.js';

/** Which migrations are applied to a scratch database. */
export interface VerifiedMigrations {
  readonly migrations: readonly Migration[];
  /** Files that are left out: the database does not have them yet, or the caller named them. */
  readonly leftOut: readonly string[];
  /** Applied migrations without a file. */
  readonly withoutFile: readonly string[];
  /** The checkpoint that contains more than the database has applied: nothing can be compared. */
  readonly within: string | undefined;
}

/**
 * The migrations that are applied in the database, or all of them if its history is empty. A checkpoint stands for those
 * whose files are gone.
 *
 * @param skip files to leave out.
 * @throws UnknownMigrationError for a file to leave out that does not exist.
 */
export function chooseMigrations(
  { location, checkpoints, gone }: MigrationSet,
  statuses: readonly MigrationStatus[],
  skip: readonly string[],
): VerifiedMigrations {
  const onDisk = statuses.flatMap(({ migration, state }) =>
    migration && !migration.checkpoint ? [{ migration, state }] : [],
  );
  const start = gone.size > 0 ? checkpoints.slice(-1) : []; // it stands for files that no longer exist
  const unknown = skip.find((name) => !onDisk.some(({ migration: { file } }) => file === name));
  if (unknown !== undefined) throw new UnknownMigrationError(`There is no migration ${unknown} in ${location}.`);
  // Applied migrations whose files are gone are not among the states; a new database would start at the checkpoint.
  const isRecorded =
    statuses.some(({ state }) => isApplied(state)) || (gone.size > 0 && !statuses.some(({ covers }) => covers));
  const isChosen = ({ migration: { file }, state }: (typeof onDisk)[number]): boolean =>
    !skip.includes(file) && (isApplied(state) || !isRecorded);
  const within = start.find(({ checkpoint }) =>
    statuses.some(({ file, state }) => isRecorded && !isApplied(state) && isReplacedBy(checkpoint, file)),
  );
  return {
    within: within?.file,
    migrations: [...start, ...onDisk.filter(isChosen).map(({ migration }) => migration)],
    leftOut: onDisk.filter((each) => !isChosen(each)).map(({ migration: { file } }) => file),
    withoutFile: statuses.filter(({ state, migration }) => isApplied(state) && !migration).map(({ file }) => file),
  };
}

function isReplacedBy({ replaces }: Checkpoint, file: string): boolean {
  return replaces.some((each) => each.file === file);
}

/**
 * Statements that must not run again, because their effect is not limited to a scratch database, and those of which
 * nobody can tell. Those inside functions and `DO` blocks are not seen.
 *
 * @param isElsewhere true if the scratch database is on another server, which statements may change.
 */
export async function findFarReaching(
  migrations: readonly Migration[],
  parts: CompiledFor,
  isElsewhere: boolean,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const { migration, program, statements } of readStatements(migrations, parts)) {
    const { file: subject } = migration;
    if (!statements && !isElsewhere) found.push(finding('UNREADABLE_STATEMENT', { subject }));
    for (const { node, start } of statements ?? []) {
      const judged = judge(node, isElsewhere);
      if (!judged) continue;
      const { line, column } = locateInFile(migration, program.source, start);
      found.push(finding(judged.code, { subject, line, column, ...judged.details }));
      if (judged.code === 'UNREADABLE_STATEMENT') break; // then none of the file has been read
    }
  }
  return found;
}

/** What is wrong with running a statement again. */
interface Judgement {
  readonly code: 'FAR_REACHING_STATEMENT' | 'UNREADABLE_STATEMENT';
  readonly details?: Pick<Finding, 'detail' | 'actual'>;
}

function judge(node: ParsedStatement['node'], isElsewhere: boolean): Judgement | undefined {
  if (!node) return isElsewhere ? undefined : { code: 'UNREADABLE_STATEMENT' };
  const command = farReachingCommand(node);
  if (!command || (isElsewhere && !command.isRemote)) return undefined;
  return {
    code: 'FAR_REACHING_STATEMENT',
    details: { detail: command.name, ...(command.isRemote && { actual: 'another server' }) },
  };
}
