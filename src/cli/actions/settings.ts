import { ConfigurationError } from '../../core/errors/input-errors.js';
import type { LayoutName } from '../../core/tools/layouts.js';
import type { ResolvedOptions } from '../../composition/options.js';
import { resolveMigratorOptions } from '../../composition/validation/migrator-options.js';
import type { CommonFlags } from '../process/flags.js';

/** Turns flags and environment into options. @throws ConfigurationError */
export function settingsFrom(flags: CommonFlags, environment: NodeJS.ProcessEnv): ResolvedOptions {
  const connectionString = flags.databaseUrl ?? environment['DATABASE_URL'];
  const wait = Number(flags.wait ?? 0);
  const problems = [
    ...(connectionString ? [] : ['no database: pass --database-url or set DATABASE_URL']),
    ...(Number.isFinite(wait) && wait >= 0 ? [] : [`--wait: ${JSON.stringify(flags.wait)} is not a number of seconds`]),
  ];
  if (problems.length > 0) throw new ConfigurationError('INVALID_OPTIONS', problems);
  return resolveMigratorOptions({
    connectionString,
    ...(flags.dir !== undefined && { directory: flags.dir }),
    ...(flags.table !== undefined && { table: flags.table }),
    ...(flags.role !== undefined && { role: flags.role }),
    ...(flags.layout !== undefined && { layout: flags.layout as LayoutName }),
    ...(flags.recursive === true && { recursive: true }),
    timeouts: { connectRetry: Math.round(wait * 1000) },
  });
}
