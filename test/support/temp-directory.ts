import { afterAll } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFiles } from './write-files.js';

const made: string[] = [];

/** A fresh directory with these files, by relative name. It goes after the test file. */
export async function migrationsDirectory(files: Record<string, string | Buffer>): Promise<string> {
  const directory = await tempDirectory();
  await writeFiles(directory, files);
  return directory;
}

export async function tempDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'migrations-test-'));
  made.push(directory);
  return directory;
}

afterAll(async () => {
  await Promise.all(made.splice(0).map((directory) => rm(directory, { recursive: true, force: true })));
});
