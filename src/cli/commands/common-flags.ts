import { LAYOUT_NAMES } from '../../core/tools/names.js';
import type { Flag } from './definition.js';

/** Collects the values of a repeatable flag. */
export function add(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

const DIRECTORY: Flag = ['--dir <directory>', 'directory of .sql files (default: migrations)'];
const LAYOUT: readonly Flag[] = [
  ['--layout <layout>', `layout of the directory: ${LAYOUT_NAMES.join(', ')} (default: plain)`],
  ['--recursive', 'also read subfolders'],
];
const CONFIGURATION: readonly Flag[] = [
  ['--config <file>', 'configuration file (default: migrations.config.*, or "nest-migrations" in package.json)'],
  [
    '--module <file>',
    'take the options from the MigrationsModule in this compiled module: dist/app.module.js, or dist/app.module.js#AppModule',
  ],
  ['--name <name>', 'name of the MigrationsModule in --module (default: the one without a name)'],
  ['--env-file <file>', 'file of environment variables; variables already set take precedence'],
];
const OUTPUT_FLAGS: readonly Flag[] = [
  ['--json', 'print one JSON object'],
  ['--verbose', 'also show on stderr the effective options and, if the command fails, the causes and stack traces'],
];

/** Flags of commands that work on files only. */
export const FILE_FLAGS: readonly Flag[] = [DIRECTORY, ...LAYOUT, ...CONFIGURATION, ...OUTPUT_FLAGS];

const TARGET_FLAGS: readonly Flag[] = [
  ['--database-url <url>', 'PostgreSQL URL (default: the environment variable DATABASE_URL)'],
  DIRECTORY,
  ['--table <table>', 'history table (default: shared.schema_migrations)'],
  ['--role <role>', 'role that runs the migrations and owns what they create (default: the login role)'],
  ...LAYOUT,
  [
    '--on-drift <action>',
    'what to do about changed or missing files, orphaned rows, invalid indexes, and changes made in the database: fail, alert, warn, note or ignore',
  ],
  ['--out-of-order <action>', 'the same for a pending file that sorts before an applied one'],
  [
    '--policy <kind=action>',
    'the same for one kind, such as renamed=fail; overrides --on-drift and --out-of-order; repeatable',
    add,
  ],
  ['--connect-timeout <seconds>', 'timeout of one attempt to connect (default: 10)'],
  ['--read-timeout <seconds>', 'timeout of one read of the history (default: 5)'],
  ...CONFIGURATION,
];

/** Flags of every command that works on a target. */
export const COMMON_FLAGS: readonly Flag[] = [...TARGET_FLAGS, ...OUTPUT_FLAGS];

/** Flags of every command that asks before it changes something. */
export const CONFIRMATION_FLAGS: readonly Flag[] = [
  ['--reason <text>', 'the reason to record in the audit'],
  ['--dry-run', 'only show what would change'],
  ['--yes', 'skip the confirmation prompt; required without a terminal'],
];

/** Flags of every command that works on tenants. */
export const TENANT_FLAGS: readonly Flag[] = [
  ['--tenant <name>', 'work on this tenant; repeatable', add],
  ['--group <name>', 'work on the tenants of this group'],
  ['--all', 'work on all tenants'],
];

/** Flags of every command that takes the migration lock. */
export const LOCK_FLAGS: readonly Flag[] = [
  ['--lock <kind>', 'the migration lock: auto, session, transaction or off (default: auto)'],
  ['--migration-lock-timeout <seconds>', 'how long to wait for another process that is migrating (default: 900)'],
];

/** The flag of every command that compiles migrations. */
export const PLACEHOLDER: Flag = ['--placeholder <name=value>', 'the value of {{name}} in migrations; repeatable', add];

/** Flags that decide what a run sends. */
export const RUN_FLAGS: readonly Flag[] = [
  ['--transaction <scope>', 'each: one transaction per migration; all: one transaction for all (default: each)'],
  ['--search-path <schemas>', 'the search_path of each migration, comma-separated'],
  PLACEHOLDER,
];

/** Flags of every command that lints migrations. */
export const LINTING_FLAGS: readonly Flag[] = [
  ['--rule <name=level>', 'off, warn or error for one lint rule; repeatable', add],
  ['--large-table-rows <rows>', 'lint considers tables with at least this many rows large (default: 100000)'],
];

/** Limits on the statements of a run. */
export const LIMIT_FLAGS: readonly Flag[] = [
  ['--statement-timeout <seconds>', 'statement_timeout of migrations (default: no limit)'],
  ['--table-lock-timeout <seconds>', 'lock_timeout of migrations, after which they are retried (default: 5)'],
];

/** Flags that say what a command works on and how. A suggested command repeats those that were given. */
export const SHARED_FLAGS: readonly Flag[] = [
  ...TARGET_FLAGS,
  ...LOCK_FLAGS,
  ...RUN_FLAGS,
  ...LIMIT_FLAGS,
  ...LINTING_FLAGS,
  ...TENANT_FLAGS,
];
