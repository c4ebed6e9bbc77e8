import type { EmitEvent } from '../core/events/events.js';

/** Wraps a listener so that an error that it throws becomes a process warning and does not break the run. */
export function guarded(listener: EmitEvent): EmitEvent {
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      process.emitWarning(`A listener of migration events failed at ${event.type}: ${String(error)}`);
    }
  };
}
