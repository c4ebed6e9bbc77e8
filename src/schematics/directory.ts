import { compareMigrations, migrationOrder, type MigrationOrder } from '../core/migration/version.js';
import { LAYOUTS, type Layout } from '../core/tools/layouts.js';
import type { LayoutName } from '../core/tools/names.js';
import { DEFAULT_PATTERN, isNested, roleOf } from '../files/rules.js';
import { filesIn, type Tree } from './host.js';
import { asObject, readJson } from './json-file.js';

/** The key of package.json from which the command line reads its options. */
export const OPTIONS_KEY = 'nest-migrations';

const CONFIG = 'migrations.config';

/** The options of the command line that a schematic needs. */
export interface DirectoryOptions {
  /** Relative to the root of the project; undefined if it is not configured. */
  readonly directory: string | undefined;
  readonly layout: Layout;
  readonly recursive: boolean;
}

/** The configuration file of the command line; undefined if there is none. */
export function configFile(tree: Tree): string | undefined {
  const extensions = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'];
  return extensions.map((extension) => `${CONFIG}.${extension}`).find((name) => tree.exists(name));
}

/** The same, if it is a program, which would have to be run. */
export function configProgram(tree: Tree): string | undefined {
  const file = configFile(tree);
  return file?.endsWith('.json') ? undefined : file;
}

/** The options in `migrations.config.json` or `package.json`. @throws Error if the layout is unknown */
export function directoryOptions(tree: Tree): DirectoryOptions {
  const options = readJson(tree, `${CONFIG}.json`) ?? asObject(readJson(tree, 'package.json')?.[OPTIONS_KEY]) ?? {};
  const { directory, layout = 'plain', recursive = false } = options;
  const known = LAYOUTS[layout as LayoutName] as Layout | undefined;
  if (!known) throw new Error(`The layout ${JSON.stringify(layout)} of the migrations is unknown.`);
  return {
    directory: typeof directory === 'string' ? directory : undefined,
    layout: known,
    recursive: recursive === true,
  };
}

/** The newest migration of a directory; undefined if there is none. */
export function newestMigration(
  tree: Tree,
  directory: string,
  { layout, recursive }: DirectoryOptions,
): MigrationOrder | undefined {
  const rules = { layout, recursive, pattern: DEFAULT_PATTERN };
  return filesIn(tree.getDir(directory), isNested(rules))
    .filter((file) => roleOf(file, rules) === 'migration')
    .map(migrationOrder)
    .toSorted(compareMigrations)
    .at(-1);
}
