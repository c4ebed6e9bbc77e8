import { setTimeout as sleep } from 'node:timers/promises';
import { leftoversOf } from '../../test/support/server/find-leftovers.js';
import type { SchoolDatabase, TenantRow } from './school-database.js';
import { FILE_NAMES, LEDGER } from './tenant-files.js';

/** Sessions of killed processes end on their own, and autovacuum removes temporary tables of a crashed server. */
const PATIENCE_MS = 60_000;

/** What is wrong after the last rollout: each file ran once for each tenant, and nothing is left behind. */
export async function judgeDatabase(database: SchoolDatabase, failing: string, runIds: readonly string[]) {
  const history = await database.history();
  const ledgers = await database.ledgers();
  const known = new Set(runIds);
  return [
    ...database.tenants.flatMap((tenant) => {
      const rows = history.filter((row) => row.tenant === tenant);
      return tenant === failing
        ? judgeTenant(tenant, FILE_NAMES.slice(0, 1), ['001_pupils.sql'], rows, ledgers)
        : judgeTenant(tenant, FILE_NAMES, LEDGER, rows, ledgers);
    }),
    ...history
      .filter(({ isRunning, runId }) => isRunning || !known.has(runId ?? ''))
      .map((row) => `the history says ${JSON.stringify(row)}`),
    ...(await leftBehind(database)),
  ];
}

function judgeTenant(
  tenant: string,
  files: readonly string[],
  ledger: readonly string[],
  rows: readonly TenantRow[],
  ledgers: ReadonlyMap<string, readonly string[]>,
): string[] {
  const applied = rows.filter(({ isApplied }) => isApplied).map(({ file }) => file);
  const noted = ledgers.get(tenant) ?? [];
  return [
    ...(applied.toSorted().join() === files.join() ? [] : [`the history of ${tenant} has ${applied.join()}`]),
    ...(noted.join() === ledger.join() ? [] : [`the ledger of ${tenant} has ${noted.join()}`]),
  ];
}

async function leftBehind(database: SchoolDatabase): Promise<string[]> {
  const sessions = await leftoversOf(database.connectionString, { patienceMs: PATIENCE_MS });
  const deadline = performance.now() + PATIENCE_MS;
  let objects = await database.leftObjects();
  while (objects.length > 0 && performance.now() < deadline) {
    await sleep(200);
    objects = await database.leftObjects();
  }
  return [...sessions, ...objects];
}
