import { createMigrator } from '../../composition/create-migrator.js';
import type { EmitEvent } from '../../core/events/events.js';
import type { Migrator } from '../../migrator/migrator.js';
import type { RunFlags } from '../process/flags.js';
import type { ProjectOptions } from '../configuration/project-options.js';
import { settingsFrom, type GivenOptions } from '../configuration/settings.js';

/** Calls `work` with a migrator for these flags, and closes it afterwards. @param known what they say, if it was read */
export async function withMigrator<T>(
  flags: RunFlags,
  onEvent: EmitEvent,
  work: (migrator: Migrator, options: ProjectOptions) => Promise<T>,
  known?: GivenOptions,
): Promise<T> {
  const options = await settingsFrom(flags, known);
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
  work: (migrator: Migrator, options: ProjectOptions) => Promise<number>,
  known?: GivenOptions,
): Promise<number> {
  return withMigrator(flags, () => {}, work, known);
}
