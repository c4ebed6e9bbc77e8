import { lintResolved } from '../../../composition/lint-files.js';
import type { Diagnostic } from '../../../core/lint/diagnostic.js';
import type { LintReport } from '../../../migrator/use-cases/preview/lint.js';
import { EXIT } from '../../process/exit-codes.js';
import type { LintFlags } from '../../process/flags.js';
import { formatOf } from '../../process/format.js';
import type { Action } from '../action.js';
import { fileSettingsFrom, hasDatabase, readLayers } from '../../configuration/settings.js';
import { diagnosticsInFlags } from '../../render/lint/in-flags.js';
import { reading } from '../with-migrator.js';
import { renderLint, type LintFormat } from './render-lint.js';

/** Lints the pending migrations with a database, and all migrations without one. */
export const lint: Action<LintFlags> = async (flags, { out, typed }) => {
  const format: LintFormat = formatOf(flags, ['text', 'github', 'sarif']);
  const finish = async (report: LintReport, directory: string, scope: string): Promise<number> => {
    const exitCode = verdictOf(report.diagnostics, flags.strict === true);
    const diagnostics = diagnosticsInFlags(report.diagnostics, typed);
    out(await renderLint({ files: report.files, diagnostics, exitCode }, format, directory, scope));
    return exitCode;
  };
  const squawk = flags.squawk ? (await import('./with-squawk.js')).installedSquawk() : undefined;
  const given = await readLayers(flags);
  if (flags.all || !hasDatabase(flags, given)) {
    const { options } = await fileSettingsFrom(flags, given);
    const { directory } = options;
    const report = await lintResolved(options, undefined, squawk?.(directory));
    return finish(report, directory, ', each as a separate run, without a database');
  }
  return reading(
    flags,
    async (migrator, { directory }) => {
      const secondOpinion = squawk?.(directory);
      return finish(await migrator.lint({ ...(secondOpinion && { secondOpinion }) }), directory, ' as one run');
    },
    given,
  );
};

function verdictOf(diagnostics: readonly Diagnostic[], isStrict: boolean): number {
  const isBad = ({ severity }: Diagnostic): boolean => severity === 'error' || (isStrict && severity === 'warning');
  return diagnostics.some(isBad) ? EXIT.lint : EXIT.ok;
}
