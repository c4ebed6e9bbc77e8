import { count, shortChecksum } from '../../../core/errors/wording.js';
import type { RepairAction } from '../../../core/status/repair.js';
import type { ChangeFlags } from '../../process/flags.js';
import type { Action } from '../action.js';
import { makeChange } from './change.js';

interface RepairFlags extends ChangeFlags {
  readonly restart?: string;
}

/** Makes the history match the files, or lets an unfinished migration start over. */
export const repair: Action<RepairFlags> = (flags, terminal) => {
  const { restart } = flags;
  return makeChange(flags, terminal, {
    make: (migrator, options) => migrator.repair({ ...options, ...(restart !== undefined && { restart }) }),
    describe: (changes, isDone) =>
      changes.length === 0
        ? []
        : [
            `${isDone ? 'Made' : 'make'} ${count(changes.length, 'change')} to the history:`,
            ...changes.map((change) => `  ${describe(change)}`),
          ],
    nothing: 'Nothing to repair: names and checksums in the history match the files.',
    toJson: (changes) => ({ changes }),
  });
};

function describe({ kind, file, recordedAs, from, to }: RepairAction): string {
  if (kind === 'restart') return `${file} starts over: ${from} finished → ${to}`;
  if (kind === 'name') return `${file}: name ${recordedAs} → ${file}`;
  return `${file}: checksum ${shortChecksum(from)} → ${shortChecksum(to)}`;
}
