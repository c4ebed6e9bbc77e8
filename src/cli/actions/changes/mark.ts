import { count } from '../../../core/errors/wording.js';
import type { ChangeFlags } from '../../process/flags.js';
import type { Action } from '../action.js';
import { makeChange } from './change.js';
import type { Change } from './definition.js';

/** Records one migration as applied. */
export const mark: Action<ChangeFlags> = (flags, terminal, file = '') =>
  makeChange(flags, terminal, {
    ...recording,
    make: (migrator, options) => migrator.mark(file, options),
    nothing: () => `Nothing to change: ${file} is already recorded as applied.`,
  });

/** Records every migration up to a version as applied. */
export const baseline: Action<ChangeFlags> = (flags, terminal, version = '') =>
  makeChange(flags, terminal, {
    ...recording,
    make: (migrator, options) => migrator.baseline(version, options),
    nothing: () => `Nothing to change: every migration up to ${version} is already recorded as applied.`,
  });

const recording: Pick<Change<string[]>, 'describe' | 'toJson'> = {
  describe: (files, isDone) =>
    files.length === 0
      ? []
      : [
          `${isDone ? 'Recorded' : 'record'} ${count(files.length, 'migration')} as applied, without running anything:`,
          ...files.map((file) => `  ${file}`),
        ],
  toJson: (files) => ({ files }),
};
