import type { MigratorOptions } from './options.js';

/**
 * Returns its argument, with the types of the options: for `migrations.config.ts`, which the command line reads, and for
 * an object that an application passes to `MigrationsModule.forRoot()` too.
 */
export function defineConfig(options: MigratorOptions): MigratorOptions {
  return options;
}

/** Options of `MigrationsModule` that do not concern a target: the command line ignores them. */
export const MODULE_ONLY_OPTIONS: readonly string[] = ['onBootstrap', 'drift', 'health'];
