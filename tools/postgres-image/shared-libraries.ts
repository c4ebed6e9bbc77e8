import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * The files that the loader of this machine would load for these programs and libraries, the loader itself included.
 *
 * @throws Error naming a library that is not there
 */
export async function sharedLibraries(files: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ldd', files);
  const missing = /^\s*(\S+) => not found/m.exec(stdout)?.[1];
  if (missing) throw new Error(`The shared library ${missing} is missing on this machine.`);
  const paths = [...stdout.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map((match) => match[1] as string);
  return [...new Set(paths)];
}
