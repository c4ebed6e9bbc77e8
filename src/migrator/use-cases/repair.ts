import { planRepair, type RepairAction } from '../../core/status/repair.js';
import type { Dependencies } from '../run/dependencies.js';
import { underLock } from './locked.js';
import { readStatuses } from './status.js';

export interface RepairOptions {
  /** True: only tell what would change. Default false. */
  readonly dryRun?: boolean;
}

/** Brings recorded checksums and names in line with the files. @returns what was changed, or would be. */
export async function repair(
  dependencies: Dependencies,
  lockTimeoutMs: number,
  { dryRun = false }: RepairOptions = {},
): Promise<RepairAction[]> {
  if (dryRun) return planRepair(await readStatuses(dependencies));
  return underLock(dependencies, lockTimeoutMs, async ({ session, files, statuses }) => {
    const actions = planRepair(statuses);
    const byName = new Map(files.map((migration) => [migration.file, migration]));
    await session.repair(
      actions.flatMap(({ file, recordedAs }) => {
        const migration = byName.get(file);
        return migration ? [{ recordedAs, migration }] : [];
      }),
    );
    return actions;
  });
}
