import type { ChangeFlags } from '../../process/flags.js';
import type { Action } from '../action.js';
import { makeChange } from './change.js';

/** Removes a migration's row from the history. */
export const unmark: Action<ChangeFlags> = (flags, terminal, file = '') =>
  makeChange(flags, terminal, {
    make: (migrator, options) => migrator.unmark(file, options),
    describe: ([removed], isDone) =>
      removed === undefined
        ? []
        : [
            `${isDone ? 'Removed' : 'remove'} ${removed} from the history, without undoing anything. If its file exists, the next run applies it.`,
          ],
    nothing: () => 'Nothing to change.',
    isFinal: true,
    toJson: (files) => ({ files }),
  });
