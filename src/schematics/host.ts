/** The parts of Angular's devkit that schematics use. Declared here, so that building and running need no devkit. */

/** A folder of the project. */
export interface TreeDirectory {
  readonly subfiles: readonly string[];
  readonly subdirs: readonly string[];
  dir(name: string): TreeDirectory;
}

/** The files of the project, with the changes made so far. Paths are relative to its root. */
export interface Tree {
  exists(path: string): boolean;
  read(path: string): Uint8Array | null;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
  getDir(path: string): TreeDirectory;
}

/** What the host offers to a schematic in addition to the files. */
export interface Context {
  readonly logger: { info(message: string): void; warn(message: string): void };
  addTask(task: { toConfiguration(): object }): unknown;
}

/** Changes the project. @throws Error with what to do instead */
export type Rule = (tree: Tree, context: Context) => void;

/** The text of a file; undefined if there is none. */
export function readText(tree: Tree, path: string): string | undefined {
  const bytes = tree.read(path);
  return bytes === null ? undefined : new TextDecoder().decode(bytes);
}

/** The files in a folder and all folders below it, relative to it. Hidden folders and `node_modules` are left out. */
export function filesIn(folder: TreeDirectory, nested = true): string[] {
  const below = folder.subdirs.filter((name) => nested && !name.startsWith('.') && name !== 'node_modules');
  return [...folder.subfiles, ...below.flatMap((name) => filesIn(folder.dir(name)).map((file) => `${name}/${file}`))];
}
