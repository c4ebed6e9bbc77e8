import { CRASH_SAFE, startEphemeralServer } from '../../test/support/ephemeral-server.js';
import { proveTenants, TENANTS_SETTINGS, type TenantsReport } from './prove-tenants.js';

const TENANTS = 500;
const PROCESSES = 4;
const KILLS = 12;

/** Five hundred tenants on a server of its own. */
export async function runTenants(seed: number): Promise<TenantsReport> {
  const server = await startEphemeralServer({ ...CRASH_SAFE, ...TENANTS_SETTINGS });
  try {
    return await proveTenants(server, { seed, tenants: TENANTS, processes: PROCESSES, kills: KILLS });
  } finally {
    await server.remove();
  }
}
