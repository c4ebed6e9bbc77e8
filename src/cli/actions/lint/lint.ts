import { lintResolved } from '../../../composition/lint-files.js';
import type { Diagnostic } from '../../../core/lint/diagnostic.js';
import type { SecondOpinion } from '../../../core/lint/second-opinion.js';
import type { Migrator } from '../../../migrator/migrator.js';
import type { LintReport } from '../../../migrator/use-cases/preview/lint.js';
import type { ProjectOptions } from '../../configuration/project-options.js';
import { fileSettingsFrom, hasDatabase, readLayers, type GivenOptions } from '../../configuration/settings.js';
import { EXIT } from '../../process/exit-codes.js';
import type { LintFlags } from '../../process/flags.js';
import { formatOf } from '../../process/format.js';
import type { CommandTerminal } from '../../process/terminal.js';
import { diagnosticsInFlags } from '../../render/lint/in-flags.js';
import type { Action } from '../action.js';
import { hasSharedDirectory } from '../has-shared-directory.js';
import { withMigrator } from '../with-migrator.js';
import { renderLint, type Linted, type LintedTenants, type LintFormat } from './render-lint.js';

/** Lints the pending migrations, or all migrations if there is no database; also those of tenants. */
export const lint: Action<LintFlags> = async (flags, terminal) => {
  const format: LintFormat = formatOf(flags, ['text', 'github', 'sarif']);
  const squawk = flags.squawk ? (await import('./with-squawk.js')).installedSquawk() : undefined;
  const given = await readLayers(flags);
  const isOffline = flags.all || !hasDatabase(flags, given);
  const linted = await (isOffline ? allFiles : pendingFiles)({ flags, given, terminal, squawk });
  const diagnostics = [...(linted.shared?.diagnostics ?? []), ...(linted.tenants?.diagnostics ?? [])];
  const isPartial = linted.tenants !== undefined && linted.tenants.failed.length > 0;
  const exitCode = isPartial ? EXIT.failed : verdictOf(diagnostics, flags.strict === true);
  terminal.out(await renderLint({ ...linted, exitCode, typed: terminal.typed }, format));
  return exitCode;
};

interface Given {
  readonly flags: LintFlags;
  readonly given: GivenOptions;
  readonly terminal: CommandTerminal;
  readonly squawk: ((directory: string) => SecondOpinion) | undefined;
}

/** What was linted; undefined for files that do not exist. */
interface LintedFiles {
  readonly shared: Linted | undefined;
  readonly tenants: LintedTenants | undefined;
}

async function allFiles({ flags, given, terminal, squawk }: Given): Promise<LintedFiles> {
  const { options } = await fileSettingsFrom(flags, given);
  const { directory, tenants } = options;
  const inFlags = (report: LintReport, place: string): Linted => ({
    files: report.files,
    diagnostics: diagnosticsInFlags(report.diagnostics, terminal.typed),
    directory: place,
    scope: ', each as a separate run, without a database',
  });
  return {
    shared: hasSharedDirectory(options)
      ? inFlags(await lintResolved(options, undefined, squawk?.(directory)), directory)
      : undefined,
    tenants: tenants && {
      ...inFlags(
        await (await tenantFiles()).lintTenantDirectory(options, tenants, undefined, squawk?.(tenants.directory)),
        tenants.directory,
      ),
      failed: [],
    },
  };
}

function pendingFiles({ flags, given, terminal, squawk }: Given): Promise<LintedFiles> {
  const lintShared = async (migrator: Migrator, directory: string): Promise<Linted> => {
    const secondOpinion = squawk?.(directory);
    const { files, diagnostics } = await migrator.lint({ ...(secondOpinion && { secondOpinion }) });
    return { files, diagnostics: diagnosticsInFlags(diagnostics, terminal.typed), directory, scope: ' as one run' };
  };
  const lintBoth = async (migrator: Migrator, { tenants, ...options }: ProjectOptions): Promise<LintedFiles> => {
    const hasShared = hasSharedDirectory({ ...options, tenants });
    const shared = hasShared ? await lintShared(migrator, options.directory) : undefined;
    if (!tenants) return { shared, tenants };
    const { lintTenants } = await import('./lint-tenants.js');
    const settings = {
      secondOpinion: squawk?.(tenants.directory),
      isSharedPending: shared !== undefined && shared.files.length > 0,
    };
    return { shared, tenants: await lintTenants({ ...options, tenants }, terminal, settings) };
  };
  return withMigrator(flags, () => {}, lintBoth, given);
}

const tenantFiles = () => import('../../../composition/fleet/files/lint-tenants.js');

function verdictOf(diagnostics: readonly Diagnostic[], isStrict: boolean): number {
  const isBad = ({ severity }: Diagnostic): boolean => severity === 'error' || (isStrict && severity === 'warning');
  return diagnostics.some(isBad) ? EXIT.lint : EXIT.ok;
}
