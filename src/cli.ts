/**
 * `nestjs-pg-migrations/cli`: the command line as a program of the application.
 */
import type { DynamicModule, Type } from '@nestjs/common';
import type { Nest } from './cli/module/given-module.js';

/** For applications that ship their own program for migrations. */
export const MigrationsCli = {
  /**
   * Runs a command of `nest-migrations` with the options of the `MigrationsModule` that this module imports, directly or
   * through others. Creates only what these options need; the application is not started. `--name` selects one of several
   * instances.
   *
   * The application's pool stays open, so end the process: `process.exit(await MigrationsCli.run(AppModule))`.
   *
   * @param appModule usually the root module.
   * @param argv the command and its flags follow the first two. @default process.argv
   * @returns the exit code: docs/cli.md lists all of them. Errors are printed, not thrown.
   */
  async run(
    appModule: Type<unknown> | DynamicModule | Promise<DynamicModule>,
    argv: readonly string[] = process.argv,
  ): Promise<number> {
    const { runCommandLine } = await import('./cli/command-line.js');
    return runCommandLine(argv, { appModule, nest: loadNest });
  },
};

async function loadNest(): Promise<Nest> {
  const files: readonly object[] = await Promise.all([
    import('@nestjs/core'),
    import('@nestjs/core/scanner.js'),
    import('@nestjs/core/injector/injector.js'),
  ]);
  return Object.assign({}, ...files) as Nest;
}
