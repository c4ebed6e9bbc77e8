import type { StatusReport } from '../../../migrator/use-cases/status.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import type { Invocation } from '../../process/invocation.js';
import { jsonText } from '../../render/json-text.js';
import { statusToJson } from '../../render/status-to-json.js';
import type { Action } from '../action.js';
import { TENANTS_NOT_INCLUDED } from '../tenants-not-included.js';
import { reading } from '../with-migrator.js';

/** Shows every migration and its state. */
export const status: Action<ReadFlags> = (flags, { out, err, typed, columns }) =>
  reading(flags, async (migrator, { policy, tenants }) => {
    const report = await migrator.status();
    out(flags.json ? jsonText(statusToJson(report)) : await asTable(report, migrator.target, typed, columns));
    if (tenants) err(TENANTS_NOT_INCLUDED);
    if (flags.exitCode) return (await import('./verdict.js')).verdictOf(report, policy);
    const isEmpty = report.findings.some(({ code }) => code === 'EMPTY_DIRECTORY');
    return isEmpty || report.summary.failed + report.summary.unusable > 0 ? EXIT.failed : EXIT.ok;
  });

async function asTable(
  report: StatusReport,
  target: string,
  typed: Invocation,
  columns: number | undefined,
): Promise<string> {
  const [{ renderStatus }, { findingText }] = await Promise.all([
    import('../../render/render-status.js'),
    import('../../render/in-commands.js'),
  ]);
  return renderStatus(report, target, findingText(typed), columns);
}
