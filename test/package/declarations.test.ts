import { beforeAll, describe, expect, test } from '@jest/globals';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { linkPackages } from '../support/programs/host-project.js';
import { packAndUnpack } from '../support/programs/packed.js';
import { repositoryRoot } from '../support/programs/process.js';
import { tempDirectory } from '../support/files/temp-directory.js';

const PEERS = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/schedule',
  '@nestjs/terminus',
  '@opentelemetry/api',
  '@pgsql/types',
  '@types/node',
  'reflect-metadata',
  'rxjs',
];
const DRIVER_TYPES = ['@types/pg', 'pg', 'pg-types', 'pg-protocol'];

const CONSUMER = join(repositoryRoot, 'test/package/consumer');

/** Projects of somebody else's with the unpacked tarball in `node_modules`; `pg` and its types in one of them. */
const projects = { with: '', without: '' };

beforeAll(async () => {
  const { folder } = await packAndUnpack();
  const projectWith = async (packages: readonly string[]): Promise<string> => {
    const project = await tempDirectory();
    await linkPackages(project, packages);
    await cp(folder, join(project, 'node_modules/nestjs-pg-migrations'), { recursive: true });
    // Under node16 a CommonJS file cannot import NestJS 12, which has ES modules only.
    await writeFile(join(project, 'package.json'), '{ "type": "module" }');
    await cp(CONSUMER, project, { recursive: true });
    return project;
  };
  projects.without = await projectWith(PEERS);
  projects.with = await projectWith([...PEERS, ...DRIVER_TYPES]);
});

const { ModuleKind, ModuleResolutionKind } = ts;

const SETTINGS: Record<string, ts.CompilerOptions> = {
  nodenext: { module: ModuleKind.NodeNext, moduleResolution: ModuleResolutionKind.NodeNext },
  node16: { module: ModuleKind.Node16, moduleResolution: ModuleResolutionKind.Node16 },
  bundler: { module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler },
  commonjs: {
    module: ModuleKind.CommonJS,
    moduleResolution: ModuleResolutionKind.Node10,
    ignoreDeprecations: '6.0',
  },
};

describe('the declarations', () => {
  describe.each(Object.keys(SETTINGS))('with module %s', (name) => {
    test.each(['with', 'without'] as const)('compile %s the types of the driver', (types) => {
      const files = [`${types}-driver-types.ts`, 'every-entry.ts'].map((file) => join(projects[types], file));
      expect(problemsOf(files, SETTINGS[name] ?? {})).toEqual([]);
    });
  });

  test('are compiled for every entry point', async () => {
    const { exports: entries } = JSON.parse(await readFile('package.json', 'utf8')) as { exports: object };
    const typed = Object.entries(entries).filter(([, target]) => typeof target === 'object');
    const { importedFiles } = ts.preProcessFile(await readFile(join(CONSUMER, 'every-entry.ts'), 'utf8'));
    expect(importedFiles.map(({ fileName }) => fileName).toSorted()).toEqual(
      typed.map(([entry]) => entry.replace('.', 'nestjs-pg-migrations')).toSorted(),
    );
  });
});

/** Parsed once for all settings. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** The compiler errors of files of one project and of all declarations that they need, except those of other packages. */
function problemsOf(files: readonly string[], settings: ts.CompilerOptions): string[] {
  const project = dirname(files[0] ?? '');
  const options: ts.CompilerOptions = {
    ...settings,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    types: ['node'],
    typeRoots: [join(project, 'node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    experimentalDecorators: true,
    esModuleInterop: true,
    skipLibCheck: false,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => project;
  const parse = host.getSourceFile.bind(host);
  host.getSourceFile = (name, how, ...rest) => {
    const key = `${name} ${typeof how === 'object' ? how.impliedNodeFormat : how}`;
    if (!parsed.has(key)) parsed.set(key, parse(name, how, ...rest));
    return parsed.get(key);
  };
  const program = ts.createProgram([...files], options, host);
  return ts.getPreEmitDiagnostics(program).flatMap(({ file: where, code, messageText }) => {
    const isForeign = where !== undefined && !where.fileName.startsWith(project);
    return isForeign
      ? []
      : [`${where?.fileName ?? ''}: TS${code} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`];
  });
}
