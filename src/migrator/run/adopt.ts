import type { EmitEvent } from '../../core/events/events.js';
import type { MigrationFile } from '../../core/migration/migration-file.js';
import type { Plan } from '../../core/status/plan.js';
import type { MigrationSession } from '../../core/ports/ports.js';

/** Rows that were made by hand, or by an older runner, have no checksum: they adopt the file's, and this is said. */
export async function adoptChecksums(
  session: MigrationSession,
  plan: Plan,
  files: readonly MigrationFile[],
  emit: EmitEvent,
): Promise<string[]> {
  const names = plan.toAdopt.map((status) => status.file);
  if (names.length === 0) return [];
  const wanted = new Set(names);
  await session.repair(
    files.filter(({ file }) => wanted.has(file)).map((migration) => ({ recordedAs: migration.file, migration })),
  );
  emit({
    type: 'warning',
    message: `${names.length} applied migration(s) were recorded without a checksum and have adopted their file's: ${names.join(', ')}`,
  });
  return names;
}
