import type { Diagnostic } from '../../core/lint/diagnostic.js';
import type { LintFile } from '../../core/lint/model/parsed-file.js';
import type { MigrationSet } from '../../core/migration/migration-set.js';
import type { TableFactsReader } from '../../core/lint/model/facts.js';
import type { SecondOpinion } from '../../core/lint/second-opinion.js';
import { defaultSchemaOf, secretsOf, type Target } from '../../core/target/target.js';
import type { MigratorParts } from './parts.js';

/** What lint depends on besides the files. */
export interface LintParts extends Pick<MigratorParts, 'parse' | 'tenantSchemas'> {
  readonly target: Pick<Target, 'searchPath' | 'placeholders'>;
  readonly policy: Pick<MigratorParts['policy'], 'transaction' | 'lint'>;
  /** Another linter. @default none */
  readonly secondOpinion?: SecondOpinion | undefined;
}

/**
 * Lints migrations of a set. This is the only place that loads the rules.
 *
 * @param tables reads facts about tables from the database; undefined without one.
 */
export async function checkMigrations(
  set: Pick<MigrationSet, 'migrations'>,
  files: readonly LintFile[],
  { parse, target, policy, secondOpinion, tenantSchemas }: LintParts,
  tables: TableFactsReader | undefined,
): Promise<Diagnostic[]> {
  const { rules, largeTableRows, tableLockTimeoutMs } = policy.lint;
  const sources = { parse, tables, secrets: secretsOf(target), secondOpinion };
  const { lint } = await import('../../core/lint/lint.js');
  const diagnostics = await lint(files, sources, {
    settings: { rules, largeTableRows },
    runner: {
      transaction: policy.transaction,
      tableLockTimeoutMs,
      defaultSchema: defaultSchemaOf(target),
      tenantSchemas: await tenantSchemas?.(),
    },
    all: set.migrations,
  });
  // A checkpoint was generated, and it runs only where nothing exists yet.
  const checkpoints = new Set(files.flatMap(({ file, migration }) => (migration?.checkpoint ? [file] : [])));
  return diagnostics.filter(({ file }) => !checkpoints.has(file));
}
