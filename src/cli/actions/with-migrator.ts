import { createMigrator } from '../../composition/create-migrator.js';
import type { EmitEvent } from '../../core/events/events.js';
import type { ResolvedOptions } from '../../composition/options.js';
import type { Migrator } from '../../migrator/migrator.js';
import type { RunFlags } from '../process/flags.js';
import { settingsFrom } from '../configuration/settings.js';

/** Calls `work` with a migrator for these flags, and closes it afterwards. */
export async function withMigrator<T>(
  flags: RunFlags,
  onEvent: EmitEvent,
  work: (migrator: Migrator, options: ResolvedOptions) => Promise<T>,
): Promise<T> {
  const options = await settingsFrom(flags);
  const migrator = createMigrator(options, onEvent);
  try {
    return await work(migrator, options);
  } finally {
    await migrator.close();
  }
}

/** The same for a command that only reads: there are no events to show. */
export function reading(
  flags: RunFlags,
  work: (migrator: Migrator, options: ResolvedOptions) => Promise<number>,
): Promise<number> {
  return withMigrator(flags, () => {}, work);
}
