import type { Compiler } from '../../../core/compile/compiler.js';
import type { Diagnostic } from '../../../core/lint/diagnostic.js';
import { lintFileOf, type LintFile } from '../../../core/lint/model/parsed-file.js';
import type { MigrationSet, UnusableFile } from '../../../core/migration/migration-set.js';
import type { TableFactsReader } from '../../../core/lint/model/facts.js';
import type { HistoryReader, MigrationSource } from '../../../core/ports/ports.js';
import type { SecondOpinion } from '../../../core/lint/second-opinion.js';
import { unusableFinding } from '../../../core/status/findings.js';
import { joinStatuses, needsRun } from '../../../core/status/status.js';
import { compileTask } from '../../run/compile-tasks.js';
import { checkMigrations, type LintParts } from '../../run/check-migrations.js';

/** Options of `lint()`. */
export interface LintRunOptions {
  /**
   * False: the database is not queried. All migrations are then linted, each as if it were the only pending one, and
   * the sizes of tables are unknown.
   * @default true
   */
  database?: boolean;
  /** Another linter; what it finds is reported with our problems. `nest-migrations lint --squawk` passes Squawk. @default none */
  secondOpinion?: SecondOpinion;
}

/** What lint found. */
export interface LintReport {
  /** The migrations that were linted, in order. */
  readonly files: readonly string[];
  /** What was found, by file and position. */
  readonly diagnostics: readonly Diagnostic[];
}

interface Parts extends LintParts {
  readonly source: Pick<MigrationSource, 'read'>;
  readonly compiler: Compiler;
}

interface Database {
  readonly reader: HistoryReader;
  readonly tables: TableFactsReader;
}

/** Lints the pending migrations, or all of them without a database. Never locks, creates or writes. */
export async function lint(parts: Parts, database: Database | undefined): Promise<LintReport> {
  const set = await parts.source.read();
  const files = await (database ? pendingFiles(set, database.reader, parts) : allFiles(set, parts));
  const diagnostics = await checkMigrations(set, files, parts, database?.tables);
  return { files: files.map(({ file }) => file), diagnostics };
}

async function pendingFiles(
  set: MigrationSet,
  reader: HistoryReader,
  { compiler, target }: Parts,
): Promise<LintFile[]> {
  const files: LintFile[] = [];
  for (const { file, state, migration, row, problem } of joinStatuses(set, await reader.read())) {
    if (problem !== undefined) files.push(unusable({ file, problem }));
    if (!migration || !needsRun(state)) continue;
    const scheduled = await compileTask(compiler, migration, row, target.placeholders);
    files.push(
      'task' in scheduled ? lintFileOf(scheduled.task) : { file, migration, compiled: scheduled, resumeAt: 0 },
    );
  }
  return files;
}

async function allFiles(
  { migrations, unusable: others }: MigrationSet,
  { compiler, target }: Parts,
): Promise<LintFile[]> {
  const files = others.map(unusable);
  for (const migration of migrations) {
    const compiled = await compiler.compile(migration, target.placeholders);
    files.push({ file: migration.file, migration, compiled, resumeAt: 0 });
  }
  return files;
}

function unusable(given: UnusableFile): LintFile {
  const refusals = [unusableFinding(given)];
  return { file: given.file, migration: undefined, compiled: { refusals }, resumeAt: 0 };
}
