import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { EmbeddedServer } from '../src/testing/embedded/server.js';
import { withClient } from '../test/support/database/database.js';
import { until } from '../test/support/jest/until.js';
import type { BreakableProxy } from './breakable-proxy.js';
import type { MigratingProcess } from './migrating-process.js';
import type { RoundPlan } from './plan.js';

/** Everything that a fault may strike. */
export interface Target {
  readonly runner: MigratingProcess;
  readonly server: EmbeddedServer;
  readonly proxy: BreakableProxy;
  /** A connection of the soak's own to the runner's database. */
  readonly driver: pg.Client;
}

const APPLICATION = 'nestjs-pg-migrations%';
/** How long a killed server stays away. */
const AWAY_MS = 200;

const BREAKS_WITHIN_MS = 2_000;

/** Strikes. A server that was killed is back afterwards. */
export async function strike({ fault, variant }: RoundPlan, target: Target): Promise<void> {
  switch (fault) {
    case 'runner':
      return target.runner.kill();
    case 'terminate':
      await target.driver.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE $1',
        [APPLICATION],
      );
      return;
    case 'server':
      return variant ? killPostmaster(target.server) : killBackend(target);
    case 'cut':
      return target.proxy.cut(variant ? 'reset' : 'end');
    case 'stall':
      return target.proxy.stall(variant);
  }
}

async function killPostmaster(server: EmbeddedServer): Promise<void> {
  await server.kill();
  await sleep(AWAY_MS);
  await server.start();
}

/** The server takes the memory of a backend that was killed for broken: it ends all others and recovers. */
async function killBackend({ driver, server }: Target): Promise<void> {
  const { rows } = await driver.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE $1',
    [APPLICATION],
  );
  const [backend] = rows;
  if (!backend) return; // the runner finished a moment ago
  const gone = new Promise((resolve) => driver.once('end', resolve));
  try {
    process.kill(backend.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw error;
  }
  // It may have finished at this very moment: then nothing breaks.
  await Promise.race([gone, sleep(BREAKS_WITHIN_MS)]);
  await until(() => accepts(server.connectionString()), 30_000);
}

function accepts(connectionString: string): Promise<boolean> {
  return withClient(connectionString, () => Promise.resolve(true)).catch(() => false);
}
