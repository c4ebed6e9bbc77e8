import { isDeepStrictEqual } from 'node:util';
import type { TenantOutcome } from '../../src/migrator.js';
import { type ExpectedResults, isLost } from './expected-results.js';
import type { SaidReport, SaidResult } from './rollout-process.js';
import type { TenantRow } from './school-database.js';

/** What was recorded for a tenant by the work that a result describes. */
export type RecordedBy = (result: SaidResult) => readonly TenantRow[];

/** What the run of a result recorded. */
export function byRun(history: readonly TenantRow[]): RecordedBy {
  const rows = new Map<string, TenantRow[]>();
  for (const row of history) rows.set(row.runId ?? '', [...(rows.get(row.runId ?? '') ?? []), row]);
  return ({ runId }) => rows.get(runId ?? '') ?? [];
}

/** What any run has recorded for the tenant of a result since an earlier moment. */
export function since(before: readonly TenantRow[], after: readonly TenantRow[]): RecordedBy {
  const known = new Set(before.map(keyOf));
  const added = after.filter((row) => !known.has(keyOf(row)));
  return ({ tenant }) => added.filter((row) => row.tenant === tenant);
}

function keyOf({ tenant, file, runId, isApplied }: TenantRow): string {
  return JSON.stringify([tenant, file, runId, isApplied]);
}

/** What is wrong with a report: each tenant is in it once, in order, and it says what the history says. */
export function judgeReport(
  { tenants: results, counts }: SaidReport,
  tenants: readonly string[],
  expected: ExpectedResults,
  recordedBy: RecordedBy,
): string[] {
  const names = results.map(({ tenant }) => tenant);
  return [
    ...(isDeepStrictEqual(names, tenants) ? [] : [`the report lists ${names.join()}`]),
    ...(isDeepStrictEqual(counts, countsOf(results)) ? [] : [`the counts are ${JSON.stringify(counts)}`]),
    ...results
      .filter((result) => !expected(result.tenant)(result) || !agrees(result, recordedBy(result)))
      .map((result) => `the report says ${JSON.stringify(result)}`),
  ];
}

/** The recorded rows are the files that the result reports as applied. A run that lost its connection may not know. */
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
