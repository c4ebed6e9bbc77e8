import { CommanderError } from 'commander';
import { LIBRARY_VERSION } from '../core/history/library-version.js';
import { brokenOutput, tolerateBrokenOutput } from './process/broken-output.js';
import { EXIT } from './process/exit-codes.js';
import type { Invocation } from './process/invocation.js';
import { terminal } from './process/terminal.js';
import { jsonText } from './render/json-text.js';
import { makeProgram } from './program.js';

/** Runs the command named by the process arguments. @returns the exit code. */
export async function runCommandLine(): Promise<number> {
  tolerateBrokenOutput();
  const exitCode = await runCommand();
  await flushed();
  const broken = brokenOutput();
  if (!broken) return exitCode;
  terminal.err(`The result could not be written: ${broken.message}`);
  return exitCode === EXIT.ok ? EXIT.failed : exitCode;
}

/** A write error is reported only after the write. */
async function flushed(): Promise<void> {
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
}

async function runCommand(): Promise<number> {
  let exitCode: number = EXIT.ok;
  let typed: Invocation = { name: '', args: [], flags: {}, flagsOf: () => [] };
  const onStart = (invocation: Invocation): void => {
    typed = invocation;
  };
  const onExit = (code: number): void => {
    exitCode = code;
  };
  try {
    await makeProgram({ version: LIBRARY_VERSION, terminal, onStart, onExit }, process.argv).parseAsync();
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const isJson = process.argv.includes('--json');
    // Commander has already printed its message.
    if (error instanceof CommanderError) return isJson ? fail(await asUsageError(error), isJson, typed) : EXIT.usage;
    const { describeError } = await import('./render/describe-error.js');
    terminal.err(describeError(error, typed));
    return fail(error, isJson, typed);
  }
}

async function fail(error: unknown, isJson: boolean, typed: Invocation): Promise<number> {
  const { exitCodeOf } = await import('./process/failure.js');
  if (isJson) {
    const { errorToJson } = await import('./render/error-to-json.js');
    terminal.out(jsonText(errorToJson(error, typed)));
  }
  return exitCodeOf(error);
}

async function asUsageError({ message }: CommanderError): Promise<Error> {
  const { CliError } = await import('./process/cli-error.js');
  return new CliError('USAGE', EXIT.usage, message);
}
