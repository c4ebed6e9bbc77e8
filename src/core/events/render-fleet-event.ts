import { renderFindingAs } from '../errors/finding.js';
import type { Voice } from '../errors/remedy.js';
import { count, duration } from '../errors/wording.js';
import { describeCounts } from '../tenants/report.js';
import type { FleetEventBody } from './fleet-events.js';
import type { EventLine } from './event-line.js';

/** Renders an event of a rollout. */
export function renderFleetEvent(say: Voice, event: FleetEventBody): readonly EventLine[] {
  switch (event.type) {
    case 'rollout-started': {
      const waves = event.waves > 1 ? `, in ${event.waves} waves` : '';
      return [{ level: 'info', text: `${event.behind} of ${count(event.tenants, 'tenant')} to migrate${waves}` }];
    }
    case 'wave-started':
      return [{ level: 'info', text: `Wave ${event.wave} of ${event.of}: ${count(event.tenants, 'tenant')}` }];
    case 'tenant-refused':
      return event.refusals.map((refusal) => ({ level: 'warning', text: renderFindingAs(say, refusal) }));
    case 'rollout-finished':
      return [
        ...event.warnings.map((each) => ({ level: 'warning' as const, text: renderFindingAs(say, each) })),
        { level: 'info', text: `Tenants: ${describeCounts(event.counts)} (${duration(event.durationMs)})` },
      ];
    case 'rollout-stopped':
      return [
        {
          level: 'warning',
          text: `The rollout stopped: ${event.reason}. Tenants: ${describeCounts(event.counts)} (${duration(event.durationMs)})`,
        },
      ];
  }
}
