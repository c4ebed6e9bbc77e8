import type { Migrator } from '../../../src/migrator.js';

/** Every method that reads files and history, and changes neither. */
export const readersOf = (migrator: Migrator): (() => Promise<unknown>)[] => [
  () => migrator.status(),
  () => migrator.plan(),
  () => migrator.history(),
  () => migrator.health(),
  () => migrator.drift(),
  () => migrator.validate(),
];
