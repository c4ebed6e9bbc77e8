import { usageError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import type { Action } from '../action.js';
import { bashCompletion } from './bash.js';
import { firstWords, type Completable, type CompletableWord } from './completable.js';
import { fishCompletion } from './fish.js';
import { zshCompletion } from './zsh.js';

type MakeScript = (commands: readonly Completable[], words: readonly CompletableWord[]) => string;

const SHELLS: Readonly<Record<string, MakeScript>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** Prints a completion script for a shell. */
export function completionOf(
  commands: readonly Completable[],
  groups: readonly Pick<CompletableWord, 'name' | 'description'>[],
): Action<object> {
  return (_, { out }, shell = '') => {
    const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
    if (!script) {
      const known = Object.keys(SHELLS).join(', ');
      throw usageError(`unknown shell ${JSON.stringify(shell)}; expected one of ${known}`);
    }
    out(script(commands, firstWords(commands, groups)));
    return Promise.resolve(EXIT.ok);
  };
}
