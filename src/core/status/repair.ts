import type { MigrationStatus } from './status.js';

/** One change that a repair makes to the history. */
export interface RepairAction {
  readonly kind: 'checksum' | 'name';
  readonly file: string;
  readonly recordedAs: string;
  /** Checksum recorded, and of the file. */
  readonly from: string | null;
  readonly to: string;
}

/** What a repair would change: recorded checksums and names, brought in line with the files. Nothing is ever run. */
export function planRepair(statuses: readonly MigrationStatus[]): RepairAction[] {
  return statuses.flatMap(({ state, file, row, checksum }): RepairAction[] => {
    if (!row || checksum === undefined) return [];
    const common = { file, recordedAs: row.file, from: row.checksum, to: checksum };
    if (state === 'renamed') return [{ kind: 'name', ...common }];
    return state === 'changed' || state === 'cosmetic' || state === 'unverified'
      ? [{ kind: 'checksum', ...common }]
      : [];
  });
}
