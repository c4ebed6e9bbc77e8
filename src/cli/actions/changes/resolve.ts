import { usageError } from '../../process/cli-error.js';
import type { ChangeFlags } from '../../process/flags.js';
import type { Action } from '../action.js';
import { makeChange } from './change.js';

interface ResolveFlags extends ChangeFlags {
  readonly done?: boolean;
  readonly again?: boolean;
}

/** Records the outcome of an in-doubt statement. */
export const resolve: Action<ResolveFlags> = (flags, terminal, file = '') => {
  const { done = false, again = false } = flags;
  if (done === again) throw usageError('give either --done (it took effect) or --again (it did not)');
  const outcome = done ? 'done' : 'again';
  return makeChange(flags, terminal, {
    make: (migrator, options) => migrator.resolve(file, outcome, options),
    describe: (statement, isDone) => [`${isDone ? 'Recorded' : 'record'} ${MEANINGS[outcome]}:`, `  ${statement}`],
    nothing: () => 'Nothing to change.',
    isFinal: true,
    toJson: (statement) => ({ file, outcome, statement }),
  });
};

const MEANINGS = {
  done: 'that this statement took effect; the next run continues after it',
  again: 'that this statement did not take effect; the next run executes it',
};
