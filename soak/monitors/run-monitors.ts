import { startEphemeralServer } from '../../test/support/server/ephemeral-server.js';
import { type MonitorsReport, proveMonitors } from './prove-monitors.js';

const PROCESSES = 50;
const ROUNDS = 5;

/** Fifty monitors on an empty database. */
export async function runMonitors(seed: number): Promise<MonitorsReport> {
  const server = await startEphemeralServer({ max_connections: '300' });
  try {
    return await proveMonitors(server.connectionString(), { seed, processes: PROCESSES, rounds: ROUNDS });
  } finally {
    await server.remove();
  }
}
