#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { LAYOUT_NAMES } from '../core/tools/layouts.js';
import { MigrationError } from '../core/errors/errors.js';
import { migrateCommand, statusCommand, type Terminal } from './commands/commands.js';
import { EXIT, exitCodeOf } from './exit-code.js';
import type { CommonFlags } from './settings.js';

const terminal: Terminal = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
};

function program(): Command {
  const root = new Command('nest-migrations')
    .description('Plain SQL migrations for PostgreSQL: each applied once, recorded, checked')
    .version(version())
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 fine, 1 a migration failed or was refused, 2 wrong usage or configuration, 3 database not reachable, 130 and 143 ended by SIGINT and SIGTERM',
    );
  const command = (
    name: string,
    description: string,
    run: (flags: CommonFlags, terminal: Terminal) => Promise<void>,
  ): Command =>
    root
      .command(name)
      .description(description)
      .option('--database-url <url>', 'PostgreSQL URL (default: the environment variable DATABASE_URL)')
      .option('--dir <directory>', 'folder of .sql files (default: migrations)')
      .option('--table <table>', 'history table (default: shared.schema_migrations)')
      .option('--role <role>', 'role to act as, which owns what migrations make (default: who logs in)')
      .option('--layout <layout>', `how the folder is laid out: ${LAYOUT_NAMES.join(', ')} (default: plain)`)
      .option('--recursive', 'read subfolders too')
      .option('--json', 'print one JSON object')
      .exitOverride()
      .action((flags: CommonFlags) => run(flags, terminal));
  command('migrate', 'apply what is pending', migrateCommand).option(
    '--wait <seconds>',
    'how long to go on trying while the database cannot be reached (default: 0)',
  );
  command('status', 'show every migration and its state', statusCommand);
  return root;
}

/** Of the package; this file is `dist/esm/cli/main.js` in it. */
function version(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function main(): Promise<number> {
  try {
    await program().parseAsync();
    return EXIT.fine;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
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
