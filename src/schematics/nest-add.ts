import { checksHealth, HEALTH_LINES, withHealthCheck } from './edit/add-to-health.js';
import { addToAppModule } from './app-module.js';
import { createMigration } from './create-migration.js';
import { configProgram, directoryOptions, newestMigration } from './directory.js';
import { filesIn, readText, type Context, type Rule, type Tree } from './host.js';
import { locate } from './location.js';
import { addAssets } from './nest-cli-json.js';
import { changePackageJson, packageManagerOf } from './package-json.js';

/** The options of `nest add nestjs-pg-migrations`. */
export interface NestAddOptions {
  /** The folder of the application's code. @default 'src' */
  readonly sourceRoot?: string | undefined;
}

const FIRST = `-- The first migration. Put your schema here, for example:
--
--   CREATE TABLE users (
--     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
--     email text NOT NULL UNIQUE
--   );
--
-- Until this file contains a statement it may be changed freely. After that, never change a migration that has been
-- applied: add the next one with "npm run migrate:new -- <name>".
`;

/** Sets up a project to use this package. Existing settings stay as they are, so running it again changes nothing. */
export function nestAdd({ sourceRoot: given }: NestAddOptions): Rule {
  return (tree, context) => {
    const sourceRoot = given === undefined || given === 'undefined' ? 'src' : given;
    const location = locate(tree, sourceRoot);
    const needsInstall = changePackageJson(tree, location);
    addToHealthControllers(tree, context, sourceRoot);
    const program = configProgram(tree);
    if (program === undefined) {
      addToAppModule(tree, context, sourceRoot, location);
      addAssets(tree, context, sourceRoot, location);
      const options = directoryOptions(tree);
      if (newestMigration(tree, location.directory, options) === undefined)
        createMigration(tree, { directory: location.directory, name: 'first', body: FIRST }, options);
    } else {
      context.logger.warn(
        `${program} contains the options for migrations: pass them to MigrationsModule.forRoot() in the root module.`,
      );
    }
    if (needsInstall) context.addTask({ toConfiguration: () => installTask(tree) });
  };
}

function addToHealthControllers(tree: Tree, { logger }: Context, sourceRoot: string): void {
  for (const name of filesIn(tree.getDir(sourceRoot))) {
    const file = `${sourceRoot}/${name}`;
    if (!/(?<!\.spec|\.test|\.d)\.ts$/.test(name)) continue;
    const text = readText(tree, file) ?? '';
    if (!checksHealth(text) || /\bMigrationsHealthIndicator\b|\bInjectMigrationsHealth\b/.test(text)) continue;
    const changed = withHealthCheck(text);
    if (changed === undefined)
      logger.warn(
        `${file} cannot be changed automatically. Add to its readiness check:\n\n${HEALTH_LINES.join('\n')}\n`,
      );
    else tree.overwrite(file, changed);
  }
}

/** Equivalent to the devkit's `NodePackageInstallTask`. */
function installTask(tree: Tree): object {
  return { name: 'node-package', options: { command: 'install', packageManager: packageManagerOf(tree) } };
}
