import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import ts from 'typescript';
import { repositoryRoot, runProcess } from '../support/process.js';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** What the driver inside the command line loads only if it is told to, or on other platforms. */
const OPTIONAL_FOR_PG = new Set(['pg-native', 'pg-cloudflare']);

/** Names of the files in the package. */
let files: readonly string[];
let manifest: Manifest;

const contentOf = (file: string): Promise<string> => readFile(path.join(repositoryRoot, file), 'utf8');

beforeAll(async () => {
  const { stdout } = await runProcess('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  // The answer of npm 12 is an object with one member per package; before it was a list.
  const [packed] = Object.values(JSON.parse(stdout) as object) as { files: { path: string }[] }[];
  files = packed?.files.map((file) => file.path) ?? [];
  manifest = JSON.parse(await contentOf('package.json')) as Manifest;
});

describe('the package', () => {
  test('holds code, declarations and documents, and nothing else', () => {
    const expected = /^(?:dist\/(?:cjs|cli|esm)\/.*\.(?:js|d\.ts)|dist\/(?:cjs|cli)\/package\.json|docs\/[\w-]+\.md)$/;
    const topLevel = ['ARCHITECTURE.md', 'CHANGELOG.md', 'LICENSE', 'README.md', 'dist/LICENSES.txt', 'package.json'];
    expect(files.filter((file) => !expected.test(file) && !topLevel.includes(file))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining([...topLevel, 'dist/esm/index.d.ts', 'dist/cjs/migrator.d.ts']));
  });

  test('imports only what is installed with it, in code and declarations', async () => {
    const installed = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
    const code = files.filter((file) => /\.(?:js|ts)$/.test(file));
    const imports = await Promise.all(code.map(importedBy));
    const foreign = imports.flat().filter(({ name }) => !installed.has(name) && !OPTIONAL_FOR_PG.has(name));
    expect(foreign).toEqual([]);
    installed.delete('reflect-metadata'); // Nest's own peer, which the decorators use
    expect(new Set(imports.flat().map(({ name }) => name))).toEqual(new Set([...installed, ...OPTIONAL_FOR_PG]));
  });

  test('names the licence of every package that it contains', async () => {
    const text = await contentOf('dist/LICENSES.txt');
    for (const name of ['valibot', 'exponential-backoff', 'commander', 'cli-table3', 'pg', 'pg-types', 'diff'])
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
  });
});

/** Packages that a file imports. */
async function importedBy(file: string): Promise<{ file: string; name: string }[]> {
  const text = await contentOf(file);
  const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(text, true, true);
  const required = [...text.matchAll(/require\d*\)?\("([^"]+)"\)/g)].map(([, name = '']) => name);
  return [...importedFiles.map(({ fileName }) => fileName), ...typeReferenceDirectives.map(({ fileName }) => fileName)]
    .concat(file.endsWith('.js') ? required : [])
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !builtinModules.includes(name))
    .map((name) => ({ file, name: /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name }));
}
