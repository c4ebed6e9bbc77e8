import type { Attributes } from '@opentelemetry/api';
import type { EventContext } from '../core/events/events.js';

/** The database and the history table of a target, following the semantic conventions for databases. */
export function targetAttributes({ target }: EventContext): Attributes {
  const at = target.indexOf('/');
  return {
    'db.system.name': 'postgresql',
    ...(at > 0 && { 'db.namespace': target.slice(0, at) }),
    'db.collection.name': target.slice(at + 1),
  };
}
