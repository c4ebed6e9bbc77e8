import { ConfigurationError } from '../../core/errors/input-errors.js';
import type { FleetWorkers, TenantWorker } from '../../core/ports/engine.js';
import { KnownFiles } from '../../migrator/use-cases/known-files.js';
import type { FleetParts } from '../parts.js';
import { ServerLimiter } from './by-server.js';
import { ExpectedSessions } from './expected-sessions.js';
import { LingeringSessions } from './lingering-sessions.js';
import { TenantRuns } from './tenant-runs.js';
import { WorkerStandings } from './worker-standings.js';

/** The workers of the engine. @throws ConfigurationError if it has none. */
export function workersOf({ engine }: Pick<FleetParts, 'engine'>): FleetWorkers {
  if (engine.workers) return engine.workers;
  const detail =
    'is needed for this: without an engine, such as pgBoss() of "nestjs-pg-migrations/pg-boss", a rollout runs in the calling process';
  throw new ConfigurationError('INVALID_OPTIONS', [{ option: 'tenants.engine', code: 'missing', detail }]);
}

/** Migrates tenants for the rollouts of other processes until the signal is aborted. */
export async function work(parts: FleetParts, signal: AbortSignal): Promise<void> {
  const workers = workersOf(parts);
  if (signal.aborted) return;
  const set = await parts.source.read();
  const files = new KnownFiles(set);
  const { rollout, emit, target } = parts;
  const { checksum } = set;
  const standings = new WorkerStandings(parts, set);
  const list: TenantWorker['list'] = async () => {
    const tenants = await parts.list();
    standings.listed(tenants);
    return tenants;
  };
  // An engine may ask for tenants of one server in several places.
  const limiter = new ServerLimiter(rollout.parallelism);
  const lingering = new LingeringSessions(signal);
  const prepare: TenantWorker['prepare'] = async (tenants, rolloutId) => {
    const known = await standings.of(tenants, rolloutId);
    const runs = new TenantRuns(parts, files, rolloutId);
    const sessions = new ExpectedSessions(tenants, parts.expect);
    return async (tenant, interrupted) => {
      const result = await limiter.run(tenant, () => runs.migrate(tenant, known.get(tenant), interrupted));
      const { name } = tenant;
      emit({ type: 'worker-tenant-finished', tenant: name, rolloutId, result, target, at: new Date() });
      await lingering.keep(tenant, () => sessions.gone(tenant));
      return result;
    };
  };
  const onStart: TenantWorker['onStart'] = (tenants) =>
    emit({ type: 'worker-started', tenants, files: checksum, target, at: new Date() });
  const onOtherFiles: TenantWorker['onOtherFiles'] = ({ rolloutId, files: rolloutFiles }) =>
    emit({ type: 'worker-files-differ', rolloutId, files: checksum, rolloutFiles, target, at: new Date() });
  await workers.work({ set, parallelism: rollout.parallelism, signal, list, prepare, onStart, onOtherFiles });
  await lingering.ended();
}
