import { parseVersion } from './version.js';

/** Why a file of this name cannot be a migration; undefined when it can. */
export function nameProblem(fileName: string): string | undefined {
  if (/\.(?:down|undo)\.sql$/i.test(fileName) || /^U\d[^/]*__/.test(fileName)) {
    return 'it is an undo migration, which this tool would run like the rest. Move it out of the directory: migrations here only go forward';
  }
  if (fileName.startsWith('R__'))
    return 'it is a repeatable migration of another tool, which is not supported. Give it a number, or move it out of the directory';
  if (/^V\d[^/]*__/.test(fileName))
    return 'it is named in the way of Flyway. Begin the name with the number: 001_name.sql';
  if (parseVersion(fileName) === null) {
    return 'its name does not begin with a number, so it has no place in the order. Name it like 001_name.sql or 20240131120000_name.sql';
  }
  return undefined;
}
