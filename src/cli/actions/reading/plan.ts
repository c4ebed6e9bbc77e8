import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import { planToJson, renderPlan, renderScript } from '../../render/render-plan.js';
import type { Action } from '../action.js';
import { reading } from '../with-migrator.js';

/** Shows what a run would do now, or why it would be refused. */
export const plan: Action<ReadFlags> = (flags, { out }) =>
  reading(flags, async (migrator) => {
    const report = await migrator.plan({ sql: flags.sql ?? false });
    const isRefused = report.refusals.length > 0;
    if (flags.json) out(JSON.stringify(planToJson(report), null, 2));
    else out(flags.sql && !isRefused ? renderScript(report.migrations) : renderPlan(report));
    return isRefused ? EXIT.failed : EXIT.ok;
  });
