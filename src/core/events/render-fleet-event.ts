import { renderFindingAs } from '../errors/finding.js';
import type { Voice } from '../errors/remedy.js';
import { count, duration, shortChecksum } from '../errors/wording.js';
import { describeCounts, describeOutcome, type TenantResult } from '../tenants/report.js';
import { START_WORKER } from '../tenants/running-rollout.js';
import type { FleetEventBody, WorkerEventBody } from './fleet-events.js';
import type { EventLine } from './event-line.js';

/** Renders an event of a rollout or of a worker. */
export function renderFleetEvent(say: Voice, event: FleetEventBody | WorkerEventBody): readonly EventLine[] {
  switch (event.type) {
    case 'rollout-started': {
      const waves = event.waves > 1 ? `, in ${event.waves} waves` : '';
      return [{ level: 'info', text: `${event.behind} of ${count(event.tenants, 'tenant')} to migrate${waves}` }];
    }
    case 'wave-started':
      return [{ level: 'info', text: `Wave ${event.wave} of ${event.of}: ${count(event.tenants, 'tenant')}` }];
    case 'gate-reached': {
      const delay = event.delayMs === undefined ? 'until it opens' : `for ${duration(event.delayMs)}`;
      return [{ level: 'info', text: `Waiting at the gate after wave ${event.wave} of ${event.of}, ${delay}` }];
    }
    case 'tenant-refused':
      return event.refusals.map((refusal) => ({ level: 'warning', text: renderFindingAs(say, refusal) }));
    case 'tenant-finished': {
      const { outcome } = event.result;
      return [{ level: outcome === 'failed' ? 'warning' : 'debug', text: describeEnd(event.result) }];
    }
    case 'rollout-finished':
      return [
        ...event.warnings.map((each) => ({ level: 'warning' as const, text: renderFindingAs(say, each) })),
        { level: 'info', text: `Tenants: ${describeCounts(event.counts)} (${duration(event.durationMs)})` },
      ];
    case 'rollout-paused':
      return [{ level: 'warning', text: PAUSED }];
    case 'rollout-resumed':
      return [{ level: 'info', text: 'The rollout continues' }];
    case 'rollout-without-worker':
      return [{ level: 'warning', text: describeAbsence(event) }];
    case 'rollout-stopped':
      return [
        {
          level: 'warning',
          text: `The rollout stopped: ${event.reason}. Tenants: ${describeCounts(event.counts)} (${duration(event.durationMs)})`,
        },
      ];
    default:
      return renderWorkerEvent(event);
  }
}

type WithoutWorker = Extract<FleetEventBody, { readonly type: 'rollout-without-worker' }>;

const PAUSED =
  'The rollout is paused: running migrations finish, and no further tenant is started. Continue it with "nest-migrations fleet resume"';

function describeAbsence({ waitedMs, remainingMs, files }: WithoutWorker): string {
  const waited = `No worker with the files ${shortChecksum(files)} has taken a tenant for ${duration(waitedMs)}`;
  return `${waited} (the rollout waits for up to ${duration(remainingMs)} more). ${START_WORKER}`;
}

function renderWorkerEvent(event: WorkerEventBody): readonly EventLine[] {
  switch (event.type) {
    case 'worker-started': {
      const files = shortChecksum(event.files);
      return [
        { level: 'info', text: `Waiting for rollouts to ${count(event.tenants, 'tenant')}, with files ${files}` },
      ];
    }
    case 'worker-files-differ': {
      const { rolloutId, rolloutFiles, files } = event;
      const difference = `has files ${shortChecksum(rolloutFiles)}, this worker has ${shortChecksum(files)}`;
      const text = `Rollout ${rolloutId} is left to other workers: it ${difference}. Run workers of its release`;
      return [{ level: 'warning', text }];
    }
    case 'worker-tenant-finished':
      return [{ level: 'debug', text: describeEnd(event.result) }];
  }
}

function describeEnd({ outcome, durationMs }: TenantResult): string {
  return `${describeOutcome(outcome)} (${duration(durationMs)})`;
}
