import { afterAll } from '@jest/globals';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment, repositoryRoot, typescriptArguments } from '../support/programs/process.js';
import type { Outcome, Request } from './devkit.child.js';

const require = createRequire(import.meta.url);
const NEST = join(require.resolve('@nestjs/schematics/package.json'), '../dist/collection.json');
const OURS = join(repositoryRoot, 'dist/schematics/collection.json');

/** Paths relative to the root of a project, with their contents. */
export type Files = Readonly<Record<string, string>>;

const devkit = fork(fileURLToPath(new URL('devkit.child.ts', import.meta.url)), {
  execArgv: typescriptArguments,
  env: childEnvironment(),
});
afterAll(() => {
  devkit.kill();
});

/** A project as `nest new` writes it. */
export async function newProject(type: 'esm' | 'cjs' = 'esm'): Promise<Files> {
  const options = { name: 'app', directory: '.', type };
  return (await ask({ collection: NEST, schematic: 'application', options, files: {} })).files;
}

/** Runs a schematic of the built package. */
export function run(files: Files, schematic: 'nest-add' | 'migration', options: object = {}): Promise<Outcome> {
  return ask({ collection: OURS, schematic, options, files });
}

async function ask(request: Request): Promise<Outcome> {
  const answer = once(devkit, 'message');
  devkit.send(request);
  const [{ outcome, error }] = (await answer) as [{ outcome: Outcome; error?: string }];
  if (error !== undefined) throw new Error(error);
  return outcome;
}

/** The names of files that differ. */
export function changedFiles(before: Files, after: Files): string[] {
  return Object.keys({ ...before, ...after }).filter((file) => before[file] !== after[file]);
}
