import type { RunLimit } from '../../core/status/run-limit.js';
import { EXIT } from '../process/exit-codes.js';
import type { PlanFlags } from '../process/flags.js';
import type { CommandTerminal } from '../process/terminal.js';
import { jsonText } from '../render/json-text.js';
import { planToJson, renderPlan, renderScript } from '../render/render-plan.js';
import { reading } from './with-migrator.js';

/** Shows what a run within a limit would do. */
export const describePlan = (
  flags: PlanFlags,
  { out, typed }: CommandTerminal,
  limit: RunLimit = {},
): Promise<number> =>
  reading(flags, async (migrator) => {
    const report = await migrator.plan({ ...limit, sql: flags.sql ?? false });
    const isRefused = report.refusals.length > 0;
    if (flags.json) out(jsonText(planToJson(report, typed)));
    else out(flags.sql && !isRefused ? renderScript(report.migrations) : renderPlan(report, typed));
    return isRefused ? EXIT.failed : EXIT.ok;
  });
