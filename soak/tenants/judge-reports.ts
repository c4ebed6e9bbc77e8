import { isDeepStrictEqual } from 'node:util';
import type { TenantOutcome } from '../../src/migrator.js';
import { type ExpectedResults, isLost } from './expected-results.js';
import type { SaidReport, SaidResult } from './rollout-process.js';
import type { TenantRow } from './school-database.js';

/** What is wrong with a report: each tenant is in it once, in order, and it says what the history says. */
export function judgeReport(
  { tenants: results, counts }: SaidReport,
  tenants: readonly string[],
  expected: ExpectedResults,
  history: readonly TenantRow[],
): string[] {
  const names = results.map(({ tenant }) => tenant);
  const byRun = new Map<string, TenantRow[]>();
  for (const row of history) byRun.set(row.runId ?? '', [...(byRun.get(row.runId ?? '') ?? []), row]);
  return [
    ...(isDeepStrictEqual(names, tenants) ? [] : [`the report lists ${names.join()}`]),
    ...(isDeepStrictEqual(counts, countsOf(results)) ? [] : [`the counts are ${JSON.stringify(counts)}`]),
    ...results
      .filter((result) => !expected(result.tenant)(result) || !agrees(result, byRun.get(result.runId ?? '') ?? []))
      .map((result) => `the report says ${JSON.stringify(result)}`),
  ];
}

/** The rows that a run recorded are the files that it says it applied; one that lost its connection may not know. */
function agrees(result: SaidResult, rows: readonly TenantRow[]): boolean {
  const { tenant, applied, outcome } = result;
  const recorded = rows.filter(({ isApplied }) => isApplied).map(({ file }) => file);
  const isOfTenant = rows.every((row) => row.tenant === tenant);
  const isCalledApplied = outcome === 'failed' || (outcome === 'applied') === applied.length > 0;
  const isKnown = isLost(result) || isDeepStrictEqual(recorded.toSorted(), applied.toSorted());
  return isOfTenant && isCalledApplied && isKnown;
}

function countsOf(tenants: readonly SaidResult[]): Record<TenantOutcome, number> {
  const counts = { applied: 0, 'nothing-to-do': 0, failed: 0, skipped: 0, interrupted: 0 };
  for (const { outcome } of tenants) counts[outcome] += 1;
  return counts;
}
