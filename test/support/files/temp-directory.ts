import { afterAll } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFiles } from './write-files.js';

const made: string[] = [];
const closing: (() => Promise<unknown>)[] = [];

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

/** Ends what works in these directories, before they go: the hook of this module runs before those of a test file. */
export function beforeTheyGo(close: () => Promise<unknown>): void {
  closing.push(close);
}

afterAll(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await Promise.all(made.splice(0).map((directory) => rm(directory, { recursive: true, force: true })));
});
