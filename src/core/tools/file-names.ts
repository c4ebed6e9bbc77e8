import { parseVersion } from '../migration/version.js';

/** Layouts with a folder for each migration, by the name of the file in it. */
export const FOLDER_LAYOUTS: Readonly<Record<string, string>> = { 'migration.sql': 'prisma', 'up.sql': 'diesel' };

/**
 * Why a path cannot be a migration's: its name says nothing, as in the layouts that keep each migration in a folder of
 * its own.
 */
export function folderLayoutProblem(path: string): string | undefined {
  const layout = FOLDER_LAYOUTS[path.slice(path.lastIndexOf('/') + 1)];
  return layout && path.includes('/')
    ? `it is a migration in a folder of its own. Set the option layout to "${layout}"`
    : undefined;
}

/** Why a file of this name cannot be a migration; undefined when it can. */
export function nameProblem(fileName: string): string | undefined {
  if (/\.(?:down|undo)\.sql$/i.test(fileName) || /^U\d[^/]*__/.test(fileName)) {
    return 'it is an undo migration, which this tool would run like the rest. Set the option layout ("golang-migrate", "sqlx", "flyway") if the directory is that tool\'s; otherwise move it out of the directory: migrations here only go forward';
  }
  if (fileName.startsWith('R__'))
    return 'it is a repeatable migration of another tool, which is not supported. Give it a number, or move it out of the directory';
  if (/^V\d[^/]*__/.test(fileName))
    return 'it is named in the way of Flyway. Set the option layout to "flyway", or begin the name with the number: 001_name.sql';
  if (parseVersion(fileName) === null) {
    return 'its name does not begin with a number, so it has no place in the order. Name it like 001_name.sql or 20240131120000_name.sql';
  }
  return undefined;
}
