import type { SecondOpinion } from '../core/lint/second-opinion.js';
import type { MigrationSet } from '../core/migration/migration-set.js';
import { KnownFiles } from '../migrator/use-cases/known-files.js';
import { lint, type LintReport } from '../migrator/use-cases/preview/lint.js';
import { parseStatements } from '../postgres/parser/parse-sql.js';
import type { ConnectionOptions } from './connection-options.js';
import { migrationsOf, settingsOf, targetOf } from './create-migrator.js';
import type { MigratorOptions, ResolvedOptions } from './options.js';
import { resolveFileOptions } from './validation/migrator-options.js';

/** The options that apply without a database. */
export type LintFilesOptions = Omit<MigratorOptions, keyof ConnectionOptions | 'migrateWith'>;

/**
 * Lints all migrations of a directory without a database, each as if it were the only pending one. With a
 * database, call `lint()` of a migrator: it lints the pending migrations, and knows how large the tables are.
 *
 * @throws ConfigurationError, DirectoryError
 */
export async function lintFiles(options: LintFilesOptions = {}): Promise<LintReport> {
  return lintResolved(resolveFileOptions(options));
}

/** The same, for options that have already been validated. @param known the migrations, if they have been read */
export async function lintResolved(
  resolved: ResolvedOptions,
  known?: MigrationSet,
  secondOpinion?: SecondOpinion,
): Promise<LintReport> {
  const { policy } = settingsOf(resolved);
  const { source, compiler } = migrationsOf(resolved);
  const parts = {
    source: known ? new KnownFiles(known) : source,
    compiler,
    target: targetOf(resolved),
    policy,
    parse: parseStatements,
    secondOpinion,
  };
  return lint(parts, undefined);
}
