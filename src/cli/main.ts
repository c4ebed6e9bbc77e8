#!/usr/bin/env node
import { CommanderError } from 'commander';
import { MigrationError } from '../core/errors/migration-error.js';
import { LIBRARY_VERSION } from '../core/history/library-version.js';
import type { Terminal } from './commands/commands.js';
import { EXIT, exitCodeOf } from './commands/exit-code.js';
import { makeProgram } from './program.js';

const terminal: Terminal = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
};

async function main(): Promise<number> {
  let exitCode: number = EXIT.ok;
  const onExit = (code: number): void => {
    exitCode = code;
  };
  try {
    await makeProgram({ version: LIBRARY_VERSION, terminal, onExit }).parseAsync();
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    terminal.err(
      error instanceof MigrationError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error),
    );
    return exitCodeOf(error);
  }
}

process.exitCode = await main();
