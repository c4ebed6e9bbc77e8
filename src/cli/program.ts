import { Command } from 'commander';
import { LAYOUT_NAMES } from '../core/tools/layouts.js';
import { migrateCommand, statusCommand, type CommandAction, type Terminal } from './commands/commands.js';
import type { CommonFlags } from './commands/settings.js';

/** What the command line needs from its process. */
interface ProgramHost {
  readonly version: string;
  readonly terminal: Terminal;
  /** Receives the exit code of the command that ran. */
  readonly onExit: (exitCode: number) => void;
}

/** Builds all commands with their flags. */
export function makeProgram({ version, terminal, onExit }: ProgramHost): Command {
  const root = new Command('nest-migrations')
    .description('Plain SQL migrations for PostgreSQL: each applied once, recorded, checked')
    .version(version)
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 success, 1 a migration failed or was refused, 2 wrong usage or configuration, 3 database unreachable, 130 and 143 ended by SIGINT and SIGTERM',
    );
  const command = (name: string, description: string, run: CommandAction): Command =>
    root
      .command(name)
      .description(description)
      .option('--database-url <url>', 'PostgreSQL URL (default: the environment variable DATABASE_URL)')
      .option('--dir <directory>', 'folder of .sql files (default: migrations)')
      .option('--table <table>', 'history table (default: shared.schema_migrations)')
      .option('--role <role>', 'role that runs the migrations and owns what they create (default: the login role)')
      .option('--layout <layout>', `layout of the folder: ${LAYOUT_NAMES.join(', ')} (default: plain)`)
      .option('--recursive', 'read subfolders too')
      .option('--json', 'print one JSON object')
      .exitOverride()
      .action(async (flags: CommonFlags) => onExit(await run(flags, terminal)));
  command('migrate', 'apply pending migrations', migrateCommand).option(
    '--wait <seconds>',
    'how long to keep trying while the database is unreachable (default: 0)',
  );
  command('status', 'show every migration and its state', statusCommand);
  return root;
}
