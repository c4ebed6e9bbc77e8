import path from 'node:path';

/** Returns the path of a migration for a report. */
export type PathOf = (file: string) => string;

/** Paths relative to the working directory, as a terminal opens them. */
export function pathsFromHere(directory: string): PathOf {
  return pathsFrom(process.cwd(), directory);
}

/** Paths relative to the root of the checked-out repository, if CI sets it; otherwise to the working directory. */
export function pathsInRepository(directory: string, environment: NodeJS.ProcessEnv): PathOf {
  return pathsFrom(environment['GITHUB_WORKSPACE'] || process.cwd(), directory);
}

/** Relative with `/`; absolute for a directory outside the root. */
function pathsFrom(base: string, directory: string): PathOf {
  const absolute = path.resolve(directory);
  const relative = path.relative(base, absolute);
  const isInside = relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
  const folder = (isInside ? relative : absolute).split(path.sep).join('/');
  return (file) => (folder === '' ? file : `${folder}/${file}`);
}
