import { EXIT } from '../../process/exit-codes.js';
import type { PlanFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import { rehearsalToJson, renderRehearsal } from '../../render/render-rehearsal.js';
import type { Action } from '../action.js';
import { describePlan } from '../describe-plan.js';
import { reading } from '../with-migrator.js';

/** Shows what a run would do now, or why it would be refused; or does it in a transaction that is rolled back. */
export const plan: Action<PlanFlags> = (flags, terminal) =>
  flags.rehearse ? rehearse(flags, terminal) : describePlan(flags, terminal);

const rehearse: Action<PlanFlags> = (flags, { out, typed }) =>
  reading(flags, async (migrator) => {
    const report = await migrator.rehearse();
    out(flags.json ? jsonText(rehearsalToJson(report, typed)) : renderRehearsal(report, typed));
    const isWrong = report.refusals.length > 0 || report.migrations.some(({ outcome }) => outcome === 'failed');
    return isWrong ? EXIT.failed : EXIT.ok;
  });
