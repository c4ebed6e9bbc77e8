import { CommanderError } from 'commander';
import { LIBRARY_VERSION } from '../core/history/library-version.js';
import { brokenOutput, tolerateBrokenOutput } from './process/broken-output.js';
import { EXIT } from './process/exit-codes.js';
import type { GivenModule } from './module/given-module.js';
import type { RunFlags } from './process/flags.js';
import type { Invocation } from './process/invocation.js';
import { PROGRAM, programOf } from './process/retype.js';
import { terminal } from './process/terminal.js';
import { jsonText } from './render/json-text.js';
import { COMMANDS, makeProgram } from './program.js';

/**
 * Runs the command named by the process arguments.
 *
 * @param argv as in `process.argv`.
 * @param module the module whose options to use, if an application's program passes one.
 * @returns the exit code.
 */
export async function runCommandLine(argv: readonly string[] = process.argv, module?: GivenModule): Promise<number> {
  tolerateBrokenOutput();
  const exitCode = await runCommand(argv, module);
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

async function runCommand(argv: readonly string[], module: GivenModule | undefined): Promise<number> {
  let exitCode: number = EXIT.ok;
  const words = argv.slice(2);
  const program = module ? programOf(argv) : PROGRAM;
  let typed: Invocation = { program, words, name: '', args: [], flags: {}, flagsOf: () => [] };
  const onStart = (invocation: Invocation): void => {
    typed = invocation;
  };
  const onExit = (code: number): void => {
    exitCode = code;
  };
  try {
    const host = { version: LIBRARY_VERSION, terminal, onStart, onExit, program, ...(module && { module }) };
    await makeProgram(host, words).parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const isJson = words.includes('--json');
    if (error instanceof CommanderError) {
      const usage = await asUsageError(error, words, program);
      // Commander has already printed the help.
      if (error.code !== 'commander.help') terminal.err(usage.message);
      return isJson ? fail(usage, isJson, typed) : EXIT.usage;
    }
    const { describeError } = await import('./render/describe-error.js');
    terminal.err(describeError(error, typed));
    const { verbose = false, placeholder = [] } = typed.flags as RunFlags;
    if (verbose) {
      const { describeCauses } = await import('./render/describe-causes.js');
      const values = placeholder.map((pair) => pair.slice(pair.indexOf('=') + 1));
      terminal.err(describeCauses(error, values));
    }
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

async function asUsageError(error: CommanderError, words: readonly string[], program: string): Promise<Error> {
  const { CliError } = await import('./process/cli-error.js');
  const { usageMessage } = await import('./commands/similar-names.js');
  const command = COMMANDS.find(({ name }) => name.split(' ').every((part, i) => words[i] === part));
  const names = COMMANDS.map(({ name }) => name);
  return new CliError('USAGE', EXIT.usage, usageMessage(error, command, names, program));
}
