import { directoryOptions } from './directory.js';
import { filesIn, type Tree } from './host.js';
import { readJson } from './json-file.js';

/** The location of a project's migrations. */
export interface Location {
  /** Relative to the root of the project. */
  readonly directory: string;
  /** True if it is part of the sources, so that `nest build` can copy it to the output directory. */
  readonly isCopied: boolean;
  /** True if the code of the project is compiled to ES modules. */
  readonly isEsm: boolean;
}

/** The configured directory, or an existing `migrations`, or a new one next to the code. */
export function locate(tree: Tree, sourceRoot: string): Location {
  const isUsed = filesIn(tree.getDir('migrations')).some((file) => file.endsWith('.sql'));
  const directory = directoryOptions(tree).directory ?? (isUsed ? 'migrations' : `${sourceRoot}/migrations`);
  return {
    directory: directory.replace(/^\.\//, '').replace(/\/$/, ''),
    isCopied: directory.startsWith(`${sourceRoot}/`),
    isEsm: readJson(tree, 'package.json')?.['type'] === 'module',
  };
}
