import path from 'node:path';
import { directoryRules } from '../../../composition/directory-rules.js';
import { TENANTS_DIRECTORY } from '../../../composition/fleet/tenants-options.js';
import { lintResolved } from '../../../composition/lint-files.js';
import type { ResolvedOptions } from '../../../composition/options.js';
import { stopsRun, type Diagnostic } from '../../../core/lint/diagnostic.js';
import { compareWithBase, type BranchReport } from '../../../core/migration/compare-with-base.js';
import type { MigrationSet } from '../../../core/migration/migration-set.js';
import { MigrationDirectory } from '../../../files/directory.js';
import { readBase, type Base } from '../../../files/git/read-base.js';
import type { LintReport } from '../../../migrator/use-cases/preview/lint.js';
import { GitError } from '../../../files/git/run-git.js';
import { CliError, usageError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import type { CheckFlags } from '../../process/flags.js';
import { formatOf } from '../../process/format.js';
import type { Invocation } from '../../process/invocation.js';
import { forShell } from '../../process/retype.js';
import { diagnosticsInFlags } from '../../render/lint/in-flags.js';
import type { Action } from '../action.js';
import { hasSharedDirectory } from '../has-shared-directory.js';
import { worstOf } from '../tenants/verdict.js';
import { fileSettingsFrom } from '../../configuration/settings.js';
import { describeBranch, type CheckedBranch } from './describe-branch.js';
import { renderBranch } from './render-branch.js';

/** Reports, also as the exit code, whether a branch may be merged, according to git alone. */
export const checkBase: Action<CheckFlags> = async (flags, { out, typed }) => {
  const { base: ref = '', databaseUrl, schema } = flags;
  const format = formatOf(flags, ['text', 'github']);
  if (databaseUrl !== undefined) throw usageError('--base uses only git: omit --database-url');
  if (schema) throw usageError('--base uses only git: omit --schema');
  const { options } = await fileSettingsFrom({ ...flags, lint: flags.lint ?? 'error' });
  const { tenants } = options;
  const shared = hasSharedDirectory(options)
    ? await checkDirectory(options, ref, typed, (work) => lintResolved(options, work))
    : undefined;
  const ofTenants =
    tenants &&
    (await checkDirectory(
      { ...options, directory: tenants.directory, option: TENANTS_DIRECTORY },
      ref,
      typed,
      async (work) => {
        const { lintTenantDirectory } = await import('../../../composition/fleet/files/lint-tenants.js');
        return lintTenantDirectory(options, tenants, work);
      },
    ));
  const exitCode = worstOf(shared?.exitCode ?? EXIT.ok, ofTenants?.exitCode ?? EXIT.ok);
  out(renderBranch({ exitCode, shared, tenants: ofTenants }, format));
  return exitCode;
};

/** Lints all migrations of a directory. */
type LintAll = (work: MigrationSet) => Promise<LintReport>;

/** @param options with the one that names the directory, if it is not that of the shared files */
async function checkDirectory(
  { option, ...options }: ResolvedOptions & { readonly option?: string },
  ref: string,
  typed: Invocation,
  lintAll: LintAll,
): Promise<CheckedBranch> {
  const { directory } = options;
  const rules = directoryRules(options, option);
  const work = await new MigrationDirectory(directory, rules).read();
  const base = await asked(() => readBase(path.resolve(directory), ref, rules));
  const now = new Date();
  const report = compareWithBase({
    work,
    fork: base.fork,
    tip: base.tip,
    layout: rules.layout,
    now,
  });
  const diagnostics = await lintAdded(report, work, options, typed, lintAll);
  return conclude(report, base, ref, options, diagnostics);
}

/** Lints the migrations that the branch adds. */
async function lintAdded(
  { added }: BranchReport,
  work: MigrationSet,
  options: ResolvedOptions,
  typed: Invocation,
  lintAll: LintAll,
): Promise<Diagnostic[]> {
  if (options.lint.onMigrate === 'off' || added.length === 0) return [];
  const { diagnostics } = await lintAll(work);
  return diagnosticsInFlags(
    diagnostics.filter(({ file }) => added.includes(file)),
    typed,
  );
}

function conclude(
  report: BranchReport,
  base: Base,
  ref: string,
  options: ResolvedOptions,
  diagnostics: readonly Diagnostic[],
): CheckedBranch {
  const { onMigrate } = options.lint;
  const described = describeBranch(report, base, ref, options);
  const isWrong = described.findings.some(({ severity }) => severity === 'error');
  const isStopped = diagnostics.some(stopsRun(onMigrate));
  const exitCode = isWrong ? EXIT.failed : isStopped ? EXIT.lint : EXIT.ok;
  const { tipCommit, forkCommit } = base;
  return {
    ...described,
    exitCode,
    base: { ref, commit: tipCommit, fork: forkCommit },
    directory: options.directory,
    added: report.added,
    diagnostics,
  };
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const commands = error.commands.map((words) => words.map(forShell).join(' '));
    const wayOut = commands.length > 0 ? [':', ...commands.map((command) => `\n  ${command}`)].join('') : '.';
    throw new CliError('GIT', EXIT.usage, `error: ${error.message}${wayOut}`, { commands });
  }
}
