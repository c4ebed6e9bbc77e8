import { renderFinding } from '../../../core/errors/finding.js';
import { needsRun } from '../../../core/status/status.js';
import type { StatusReport } from '../../../migrator/use-cases/status.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import { findingToJson } from '../../render/error-to-json.js';
import type { Action } from '../action.js';
import { reading } from '../with-migrator.js';
import { verdictOf } from './verdict.js';

/** Says in its exit code whether a database is as the files say. */
export const check: Action<ReadFlags> = (flags, { out }) =>
  reading(flags, async (migrator, { policy }) => {
    const report = await migrator.status();
    const verdict = verdictOf(report, policy);
    out(flags.json ? JSON.stringify(asJson(report, verdict), null, 2) : asText(report, verdict));
    return verdict;
  });

function asJson({ migrations, findings, summary }: StatusReport, exitCode: number): object {
  const open = migrations.filter(({ state }) => needsRun(state)).map(({ file, state }) => ({ file, state }));
  return { exitCode, open, findings: findings.map(findingToJson), summary };
}

function asText({ migrations, findings, summary }: StatusReport, verdict: number): string {
  const lines = [
    ...migrations.flatMap(({ file, state, row }) =>
      needsRun(state) ? [`${file} is ${state}${row?.error ? `: ${row.error}` : ''}`] : [],
    ),
    ...findings.map(renderFinding),
  ];
  if (verdict === EXIT.ok) lines.push(`Nothing to do (${summary.applied} applied)`);
  return lines.join('\n');
}
