import { startEphemeralServer } from '../test/support/server/ephemeral-server.js';
import { withClient } from '../test/support/database/database.js';
import { launchPgBouncer } from '../test/support/programs/pgbouncer-process.js';
import { type FleetReport, runFleet } from './fleet.js';

/** Within this time the slowest process must end, once the one that migrated has. */
const SLOWEST_AFTER_MS = 2_000;
const POOL_SIZE = 5;

export type NamedReport = readonly [name: string, report: FleetReport];

/** Fleets on empty databases: connected directly, and by way of a pooler with few connections. */
export async function runFleets(): Promise<NamedReport[]> {
  const server = await startEphemeralServer({ max_connections: '200' });
  try {
    const [direct, pooled] = [server.connectionString('direct'), server.connectionString('pooled')];
    for (const name of ['direct', 'pooled']) {
      await withClient(server.connectionString(), (client) => client.query(`CREATE DATABASE ${name}`));
    }
    const first = await runFleet(direct);
    const pooler = await launchPgBouncer(pooled, { default_pool_size: POOL_SIZE });
    try {
      const second = await runFleet(pooled, { by: pooler.connectionString });
      return [
        ['direct', withinBound(first)],
        [`PgBouncer, transaction mode, ${POOL_SIZE} connections`, withinBound(second)],
      ];
    } finally {
      await pooler.stop();
    }
  } finally {
    await server.remove();
  }
}

function withinBound(report: FleetReport): FleetReport {
  if (report.slowestAfterMs <= SLOWEST_AFTER_MS) return report;
  const problem = `the slowest process ended ${report.slowestAfterMs} ms after the one that migrated, not within ${SLOWEST_AFTER_MS}`;
  return { ...report, problems: [...report.problems, problem] };
}
