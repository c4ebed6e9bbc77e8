import type { EmbeddedServer } from '../../src/testing/embedded/server.js';
import { CRASH_SAFE, startEphemeralServer } from '../../test/support/server/ephemeral-server.js';
import { proveTenants, type TenantsReport } from './prove-tenants.js';
import { proveWorkers, type WorkersReport } from './prove-workers.js';
import { TENANTS_SETTINGS } from './with-schools.js';

const TENANTS = 500;
const PROCESSES = 4;
const KILLS = 12;

/** Five hundred tenants on a separate server, migrated by several processes that do not know about each other. */
export function runTenants(seed: number): Promise<TenantsReport> {
  return onServer((server) => proveTenants(server, { seed, tenants: TENANTS, processes: PROCESSES, kills: KILLS }));
}

/** The same, migrated by the workers of one rollout over pg-boss. */
export function runWorkers(seed: number): Promise<WorkersReport> {
  return onServer((server) => proveWorkers(server, { seed, tenants: TENANTS, processes: PROCESSES, kills: KILLS }));
}

async function onServer<T>(prove: (server: EmbeddedServer) => Promise<T>): Promise<T> {
  const server = await startEphemeralServer({ ...CRASH_SAFE, ...TENANTS_SETTINGS });
  try {
    return await prove(server);
  } finally {
    await server.remove();
  }
}
