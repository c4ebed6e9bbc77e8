import type { StatusReport } from '../../migrator/use-cases/status.js';
import { EXIT } from '../process/exit-codes.js';
import type { CommonFlags } from '../process/flags.js';
import { statusToJson } from '../render/status-to-json.js';
import type { Action } from './action.js';
import { withMigrator } from './with-migrator.js';

/** Shows every migration and its state. */
export const status: Action<CommonFlags> = async (flags, { out }) =>
  withMigrator(
    flags,
    () => {},
    async (migrator) => {
      const report = await migrator.status();
      out(flags.json ? JSON.stringify(statusToJson(report), null, 2) : await asTable(report, migrator.target));
      const isEmpty = report.findings.some(({ code }) => code === 'EMPTY_DIRECTORY');
      return isEmpty || report.summary.failed + report.summary.unusable > 0 ? EXIT.failed : EXIT.ok;
    },
  );

async function asTable(report: StatusReport, target: string): Promise<string> {
  const { renderStatus } = await import('../render/render-status.js');
  return renderStatus(report, target);
}
