import { CommanderError } from 'commander';
import { LIBRARY_VERSION } from '../core/history/library-version.js';
import { EXIT } from './process/exit-codes.js';
import { terminal } from './process/terminal.js';
import { makeProgram } from './program.js';

/** Runs the command that the arguments of this process name. @returns the exit code. */
export async function runCommandLine(): Promise<number> {
  let exitCode: number = EXIT.ok;
  const onExit = (code: number): void => {
    exitCode = code;
  };
  try {
    await makeProgram({ version: LIBRARY_VERSION, terminal, onExit }, process.argv).parseAsync();
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { describeError, exitCodeOf } = await import('./process/failure.js');
    terminal.err(describeError(error));
    return exitCodeOf(error);
  }
}
