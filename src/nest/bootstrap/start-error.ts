import { MigrationError } from '../../core/errors/errors.js';

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Does one step of the start; an error of ours that stops it is made readable. */
export async function explaining<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw readable(error);
  }
}

/**
 * Nest's logger prints what stops a start as Node inspects it: stack, fields, and the driver's error with its own stack
 * below. For an error that explains itself the explanation is all there is to say. Its fields and its cause stay where
 * they are, for code.
 */
function readable(error: unknown): unknown {
  if (!(error instanceof MigrationError)) return error;
  const text = `${error.name}: ${error.message}`;
  error.stack = text;
  return Object.defineProperty(error, INSPECT, { value: () => text });
}
