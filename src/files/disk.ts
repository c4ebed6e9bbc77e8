import { readdirSync, readFileSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';

/** The functions that read a directory, for both ways of reading it. */
export interface Disk {
  readonly readdir: (
    directory: string,
    options: { withFileTypes: true; recursive: boolean },
  ) => Dirent[] | Promise<Dirent[]>;
  readonly realpath: (file: string) => string | Promise<string>;
  readonly stat: (file: string) => Stats | Promise<Stats>;
  readonly readFile: (file: string) => Buffer | Promise<Buffer>;
  /** Files that have not changed are not read again. */
  readonly reusesKnown: boolean;
}

export const BLOCKING: Disk = {
  readdir: readdirSync,
  realpath: realpathSync,
  stat: statSync,
  readFile: readFileSync,
  reusesKnown: false,
};
export const NON_BLOCKING: Disk = { readdir, realpath, stat, readFile, reusesKnown: true };
