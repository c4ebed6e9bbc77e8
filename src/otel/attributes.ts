import type { Attributes } from '@opentelemetry/api';
import type { EventContext } from '../core/events/events.js';

const SYSTEM: Attributes = { 'db.system.name': 'postgresql' };

/**
 * The attributes of a metric: those of the target, but none for a tenant, because each combination of attributes is a
 * time series of its own, and there may be thousands of tenants.
 */
export function metricAttributes(event: EventContext): Attributes {
  return event.tenant === undefined ? targetAttributes(event) : SYSTEM;
}

/** The database and the history table of a target, following the semantic conventions for databases. */
export function targetAttributes({ target, tenant }: EventContext): Attributes {
  const at = target.indexOf('/');
  return {
    ...SYSTEM,
    ...(at > 0 && { 'db.namespace': target.slice(0, at) }),
    'db.collection.name': target.slice(at + 1),
    ...(tenant !== undefined && { 'migrations.tenant': tenant }),
  };
}
