import { MigrationError } from '../../core/errors/migration-error.js';

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Runs a part of the startup, and makes our own errors readable in Nest's log. */
export async function withReadableErrors<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw readable(error);
  }
}

/**
 * Nest's logger prints a startup error as Node inspects it: stack, fields, and the driver's error with another stack.
 * Our messages explain themselves, so only the message is printed. Fields and cause stay available to code.
 */
function readable(error: unknown): unknown {
  if (!(error instanceof MigrationError)) return error;
  const text = `${error.name}: ${error.message}`;
  error.stack = text;
  return Object.defineProperty(error, INSPECT, { value: () => text });
}
