import { newMigrationBody, newMigrationPath } from '../core/migration/new-migration.js';
import { configProgram, directoryOptions, newestMigration, type DirectoryOptions } from './directory.js';
import type { Rule, Tree } from './host.js';

/** The options of `nest g -c nestjs-pg-migrations migration`. */
export interface MigrationOptions {
  readonly name: string;
  /** The migrations directory. @default that of the configuration, or `migrations` */
  readonly path?: string | undefined;
}

/** Creates an empty migration with the next version. @throws Error if the name is not valid */
export function migration({ name, path }: MigrationOptions): Rule {
  return (tree, { logger }) => {
    const program = configProgram(tree);
    if (path === undefined && program !== undefined)
      throw new Error(
        `The migrations directory is set in ${program}, which a schematic does not run: use "npx nest-migrations new ${name}", or pass the directory after the name.`,
      );
    const options = directoryOptions(tree);
    const directory = path ?? options.directory ?? 'migrations';
    logger.info(`The migrations directory is ${directory}`);
    createMigration(tree, { directory, name, body: '' }, options);
  };
}

/** @param wanted.body its SQL; a layout may add a marker. */
export function createMigration(
  tree: Tree,
  { directory, name, body }: { readonly directory: string; readonly name: string; readonly body: string },
  options: DirectoryOptions,
): void {
  const { layout } = options;
  const newest = newestMigration(tree, directory, options);
  const planned = newMigrationPath({ layout, name, newest, now: new Date() });
  if ('problem' in planned) throw new Error(`${JSON.stringify(name)} is not a valid name: ${planned.problem}`);
  const file = `${directory}/${planned.file}`;
  if (tree.exists(file)) throw new Error(`${file} already exists. Nothing was written. Use another name.`);
  tree.create(file, newMigrationBody(body, layout));
}
