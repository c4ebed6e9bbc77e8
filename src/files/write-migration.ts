import path from 'node:path';
import { DirectoryError } from '../core/errors/input-errors.js';
import { replaceFile } from './create-file.js';

/** Writes a migration, replacing any file of the same name. @throws DirectoryError */
export async function writeMigration(directory: string, file: string, text: string): Promise<void> {
  try {
    await replaceFile(path.resolve(directory, file), text);
  } catch (error) {
    const systemCode = String((error as NodeJS.ErrnoException).code);
    throw new DirectoryError(path.resolve(directory), [{ code: 'not-written', systemCode, file }], { cause: error });
  }
}
