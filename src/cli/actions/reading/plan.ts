import { renderFinding } from '../../../core/errors/finding.js';
import type { PlanReport } from '../../../migrator/use-cases/plan.js';
import { EXIT } from '../../process/exit-codes.js';
import type { CommonFlags } from '../../process/flags.js';
import { findingToJson } from '../../render/error-to-json.js';
import type { Action } from '../action.js';
import { reading } from '../with-migrator.js';

/** Shows what a run would do now, or why it would be refused. */
export const plan: Action<CommonFlags> = (flags, { out }) =>
  reading(flags, async (migrator) => {
    const report = await migrator.plan();
    out(flags.json ? JSON.stringify(asJson(report), null, 2) : asText(report));
    return report.refusals.length > 0 ? EXIT.failed : EXIT.ok;
  });

function asJson({ migrations, warnings, refusals }: PlanReport): object {
  return { migrations, warnings: warnings.map(findingToJson), refusals: refusals.map(findingToJson) };
}

function asText({ migrations, warnings, refusals }: PlanReport): string {
  const refused =
    refusals.length > 0 ? ['A run would be refused:', ...refusals.map((each) => `  - ${renderFinding(each)}`)] : [];
  const planned = migrations.map(
    ({ file, mode, reason }) => `${file}: ${mode}${reason === null ? '' : ` (${reason})`}`,
  );
  return [...warnings.map(renderFinding), ...refused, ...planned].join('\n') || 'Nothing is pending';
}
