import { createMigrator } from '../../composition/create-migrator.js';
import type { EmitEvent } from '../../core/events/events.js';
import type { Migrator } from '../../migrator/migrator.js';
import type { CommonFlags } from '../process/flags.js';
import { settingsFrom } from './settings.js';

/** Works with a migrator for these flags, and closes it. */
export async function withMigrator<T>(
  flags: CommonFlags,
  onEvent: EmitEvent,
  work: (migrator: Migrator) => Promise<T>,
): Promise<T> {
  const migrator = createMigrator(settingsFrom(flags, process.env), onEvent);
  try {
    return await work(migrator);
  } finally {
    await migrator.close();
  }
}
