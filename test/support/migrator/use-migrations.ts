import { beforeEach } from '@jest/globals';
import { migrationsDirectory } from '../files/temp-directory.js';

/** A migrations directory with these files, made anew for each test. */
export function useMigrations(files: Readonly<Record<string, string>>): { readonly directory: string } {
  const migrations = { directory: '' };
  beforeEach(async () => {
    migrations.directory = await migrationsDirectory(files);
  });
  return migrations;
}
