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
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const isJson = process.argv.includes('--json');
    // Commander has shown its message itself.
    if (error instanceof CommanderError) return isJson ? fail(await asUsageError(error), isJson) : EXIT.usage;
    const { describeError } = await import('./process/failure.js');
    terminal.err(describeError(error));
    return fail(error, isJson);
  }
}

async function fail(error: unknown, isJson: boolean): Promise<number> {
  const { exitCodeOf } = await import('./process/failure.js');
  if (isJson) {
    const { errorToJson } = await import('./render/error-to-json.js');
    terminal.out(JSON.stringify(errorToJson(error), null, 2));
  }
  return exitCodeOf(error);
}

async function asUsageError({ message }: CommanderError): Promise<Error> {
  const { CliError } = await import('./process/cli-error.js');
  return new CliError('USAGE', EXIT.usage, message);
}
