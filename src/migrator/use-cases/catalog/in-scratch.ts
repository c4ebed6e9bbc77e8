import { failedInScratch, notRecordedInScratch } from '../../../core/errors/catalog/scratch-error.js';
import { MigrationFailedError } from '../../../core/errors/migration-failed.js';
import { InterruptedError } from '../../../core/errors/run-errors.js';
import type { EmitEvent } from '../../../core/events/events.js';
import type { TargetDatabase } from '../../../core/ports/ports.js';
import type { ScratchDatabase, ScratchRecipe } from '../../../core/ports/scratch.js';
import { reasonOf, throwIfInterrupted } from '../../run/interruption.js';
import type { MigratorParts } from '../../run/parts.js';
import { Run } from '../../run/run.js';

/**
 * Applies the migrations of a source to a scratch database.
 *
 * @param database the target in it. @default the database itself
 * @throws ScratchDatabaseError if a migration fails or the catalog cannot be recorded; RefusedError
 */
export async function applyTo(
  scratch: ScratchDatabase,
  parts: Omit<MigratorParts, 'database'>,
  signal: AbortSignal,
  database: TargetDatabase = scratch.target,
): Promise<void> {
  const { lint } = parts.policy;
  const policy = { ...parts.policy, unlocked: false, lint: { ...lint, onMigrate: 'off' as const } };
  let notRecorded: string | undefined;
  const emit: EmitEvent = (event) => {
    if (event.type === 'catalog-not-recorded') notRecorded = event.error;
  };
  const run = new Run({ ...parts, database, emit, policy }, signal, signal);
  let failure: unknown;
  try {
    // If a run failed after it had changed something, it has recorded the catalog by the time this ends.
    await run.execute(
      () => {},
      (error) => (failure = error),
    );
  } catch (error) {
    failure = error;
  }
  if (failure instanceof MigrationFailedError)
    throw failedInScratch(failure.failure, await scratch.missingExtensions(), failure);
  // Which migrations had been applied matters only in the scratch database.
  if (failure instanceof InterruptedError) throw new InterruptedError(reasonOf(signal), [], [], 'before');
  if (failure !== undefined) throw failure;
  throwIfInterrupted(signal); // recording then ends silently
  if (notRecorded !== undefined) throw notRecordedInScratch(notRecorded);
}

/**
 * Works in a new scratch database, which is dropped in any case. An error of the work takes precedence over one of the drop.
 *
 * @throws ScratchDatabaseError if it cannot be created; InterruptedError
 */
export async function inScratch<T>(
  { scratch: databases }: Pick<MigratorParts, 'scratch'>,
  { server, extensions = [] }: Partial<ScratchRecipe>,
  signal: AbortSignal,
  work: (scratch: ScratchDatabase) => Promise<T>,
): Promise<T> {
  throwIfInterrupted(signal);
  const scratch = await databases.create({ server, extensions }, signal);
  let result: T;
  try {
    throwIfInterrupted(signal);
    result = await work(scratch);
  } catch (error) {
    await scratch.drop().catch(() => {}); // the next call drops anything left over
    throw error;
  }
  await scratch.drop();
  return result;
}
