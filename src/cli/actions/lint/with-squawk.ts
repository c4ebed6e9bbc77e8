import type { SecondOpinion } from '../../../core/lint/second-opinion.js';
import { askSquawk } from '../../../files/squawk/ask-squawk.js';
import { findSquawk, SquawkError } from '../../../files/squawk/find-squawk.js';
import { CliError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import { pathsFromHere } from '../../render/lint/report-path.js';

/** Squawk, as the project has installed it, for the migrations of a directory. @throws CliError if it is not installed */
export function installedSquawk(): (directory: string) => SecondOpinion {
  const binary = squawkHere();
  return (directory) => {
    const ask = askSquawk(binary, pathsFromHere(directory));
    return async (text) => {
      try {
        return await ask(text);
      } catch (error) {
        throw asCliError(error);
      }
    };
  };
}

function squawkHere(): string {
  try {
    return findSquawk(process.cwd());
  } catch (error) {
    throw asCliError(error);
  }
}

function asCliError(error: unknown): unknown {
  if (!(error instanceof SquawkError)) return error;
  const { message, command } = error;
  if (command === undefined) return new CliError('SQUAWK', EXIT.usage, `error: ${message}`);
  return new CliError('SQUAWK', EXIT.usage, `error: ${message}. To install it, run:\n  ${command}`, {
    commands: [command],
  });
}
