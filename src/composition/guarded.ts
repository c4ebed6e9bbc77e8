import type { EmitEvent } from '../core/events/events.js';

/**
 * A listener that throws must not break a run, which may be in the middle of a message: Node warns, and the run goes
 * on.
 */
export function guarded(listener: EmitEvent): EmitEvent {
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      process.emitWarning(`A listener of migration events failed at ${event.type}: ${String(error)}`);
    }
  };
}
