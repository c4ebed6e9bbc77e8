import type { TenantsOptions } from './fleet/tenants-options.js';
import type { MigratorOptions } from './options.js';

/** What a configuration file of the command line exports. */
export interface CommandLineConfig extends MigratorOptions {
  /**
   * The compiled file of a module that imports `MigrationsModule` with the options to use: `dist/app.module.js`, or
   * `dist/app.module.js#AppModule` if the file exports several modules. Other options in the file override them.
   * @default none
   */
  module?: string;
  /** Name of the `MigrationsModule`, if that module has several. @default the one without a name */
  name?: string;
  /** Tenants: many schemas or databases that get the same files. Selected with `--tenant`, `--group` or `--all`. @default none */
  tenants?: TenantsOptions;
}

/**
 * Returns its argument, with the types of the options: for `migrations.config.ts`, which the command line reads, and for
 * an object that an application passes to `MigrationsModule.forRoot()` too.
 */
export function defineConfig<Config extends CommandLineConfig>(options: Config): Config {
  return options;
}

/** Options of `MigrationsModule` that do not concern a target: the command line ignores them. */
export const MODULE_ONLY_OPTIONS: readonly string[] = ['onBootstrap', 'drift', 'health', 'onEvent'];

/** The same for the options of `tenants`. */
export const MODULE_ONLY_TENANTS_OPTIONS: readonly string[] = ['worker'];
