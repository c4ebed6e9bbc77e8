import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pack } from '../../../tools/package/pack.js';
import { tempDirectory } from '../files/temp-directory.js';

/** The tarball as it would be published, and what is in it. */
export interface Packed {
  readonly tarball: string;
  /** The folder with its unpacked contents. */
  readonly folder: string;
  readonly files: readonly string[];
  /** In bytes. */
  readonly unpackedSize: number;
}

/** Packs what is built and unpacks it into a temporary folder. */
export async function packAndUnpack(): Promise<Packed> {
  const directory = await tempDirectory();
  const { tarball, unpackedSize, files } = await pack(directory);
  execFileSync('tar', ['-xzf', tarball, '-C', directory]);
  return { tarball, folder: join(directory, 'package'), unpackedSize, files: files.map(({ path }) => path) };
}
