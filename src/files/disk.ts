import { readdirSync, readFileSync, realpathSync, statSync, type BigIntStats, type Dirent } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';

/** The functions that read a directory, either blocking or not. Links are followed. */
export interface Disk {
  /** With `recursive`, the entries of all subfolders too. */
  readonly readdir: (directory: string, recursive: boolean) => Dirent[] | Promise<Dirent[]>;
  readonly realpath: (file: string) => string | Promise<string>;
  readonly stat: (file: string) => BigIntStats | Promise<BigIntStats>;
  readonly readFile: (file: string) => Buffer | Promise<Buffer>;
}

/** The disk, read with blocking system calls: the fastest way to read small files. */
export const BLOCKING: Disk = {
  readdir: (directory, recursive) => readdirSync(directory, { withFileTypes: true, recursive }),
  realpath: (file) => realpathSync(file),
  stat: (file) => statSync(file, { bigint: true }),
  readFile: (file) => readFileSync(file),
};

/** For a process that serves requests. */
export const NON_BLOCKING: Disk = {
  readdir: (directory, recursive) => readdir(directory, { withFileTypes: true, recursive }),
  realpath: (file) => realpath(file),
  stat: (file) => stat(file, { bigint: true }),
  readFile: (file) => readFile(file),
};
