import type { RunLimit } from '../../core/status/run-limit.js';
import type { Migrator } from '../../migrator/migrator.js';
import type { PlanFlags } from '../process/flags.js';
import type { Invocation } from '../process/invocation.js';
import { planToJson, renderPlan, renderScript } from '../render/render-plan.js';
import { rehearsalToJson, renderRehearsal } from '../render/render-rehearsal.js';

/** What a run would do, for people and for programs. */
export interface Preview {
  readonly text: string;
  readonly json: object;
  /** True if the text is SQL. */
  readonly isScript: boolean;
  /** True if a run would be refused or fail. */
  readonly isWrong: boolean;
}

/** Plans or rehearses a run within a limit. */
export async function previewOf(
  migrator: Migrator,
  { rehearse = false, sql = false }: PlanFlags,
  typed: Invocation,
  limit: RunLimit = {},
): Promise<Preview> {
  if (rehearse) {
    const report = await migrator.rehearse();
    const isWrong = report.refusals.length > 0 || report.migrations.some(({ outcome }) => outcome === 'failed');
    return { text: renderRehearsal(report, typed), json: rehearsalToJson(report, typed), isScript: false, isWrong };
  }
  const report = await migrator.plan({ ...limit, sql });
  const isWrong = report.refusals.length > 0;
  const isScript = sql && !isWrong;
  const text = isScript ? renderScript(report.migrations) : renderPlan(report, typed);
  return { text, json: planToJson(report, typed), isScript, isWrong };
}
