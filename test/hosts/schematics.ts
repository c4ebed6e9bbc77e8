import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../../src/testing/embedded/free-port.js';
import { background, run } from './commands.js';
import { PLAIN_HEALTH_CONTROLLER } from '../schematics/plain-health-controller.js';

/** A version of NestJS, an empty folder, this package, and an empty database. */
interface Start {
  readonly nest: 11 | 12;
  readonly folder: string;
  readonly tarball: string;
  readonly databaseUrl: string;
}

/** `nest add` without its own installation, which would fetch the published package. */
const ADD = 'npx nest add nestjs-pg-migrations --skip-install';

/** A new project set up by `nest add` builds, starts and migrates; the migrations that `nest g` adds run too. */
export async function setUpBySchematics({ nest, folder, tarball, databaseUrl }: Start): Promise<void> {
  const project = await newProject(nest, folder, tarball);
  await run(ADD, project);
  const dependencies = await installed(project);
  assert.equal(dependencies['@nestjs/schedule'], nest === 11 ? 6 : 12);
  assert.equal(dependencies['@nestjs/terminus'], nest);
  await changesNothing(project);
  assert.deepEqual(await start(project, databaseUrl, '/'), { applied: ['first'], body: 'Hello World!' });

  await run('npx nest g -c nestjs-pg-migrations migration add-users', project);
  await addHealthCheck(project);
  await run(ADD, project);
  await changesNothing(project);
  const { applied, body } = await start(project, databaseUrl, '/health');
  assert.deepEqual(applied, ['add-users']);
  const { status, details } = JSON.parse(body) as { status: string; details: object };
  assert.deepEqual({ status, checked: Object.keys(details) }, { status: 'ok', checked: ['migrations'] });
}

/** A project created by the Nest command line, with this package installed by `npm install` without versions. */
async function newProject(nest: number, folder: string, tarball: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const observe = nest === 12 ? ' --no-observe' : '';
  await run(`npx @nestjs/cli@${nest} new app --package-manager npm --skip-git --skip-install${observe}`, folder);
  const project = path.join(folder, 'app');
  await run(`npm install ${tarball}`, project);
  return project;
}

/** The major version of each dependency that is installed. */
async function installed(project: string): Promise<Record<string, number>> {
  const manifestOf = async (file: string): Promise<{ version: string; dependencies: object }> =>
    JSON.parse(await readFile(path.join(project, file), 'utf8')) as { version: string; dependencies: object };
  const { dependencies } = await manifestOf('package.json');
  const names = Object.keys(dependencies).filter((name) => name.startsWith('@nestjs/'));
  const versions = names.map(async (name): Promise<[string, number]> => {
    const { version } = await manifestOf(`node_modules/${name}/package.json`);
    return [name, Number.parseInt(version, 10)];
  });
  return Object.fromEntries(await Promise.all(versions));
}

/** Running `nest add` again changes no file of the project. */
async function changesNothing(project: string): Promise<void> {
  const before = await contentsOf(project);
  await run(ADD, project);
  assert.deepEqual(await contentsOf(project), before);
}

async function contentsOf(project: string): Promise<Record<string, string>> {
  const files = ['nest-cli.json', 'package.json', 'package-lock.json'];
  for (const entry of await readdir(path.join(project, 'src'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) files.push(path.relative(project, path.join(entry.parentPath, entry.name)));
  const texts = files.map(async (file) => [file, await readFile(path.join(project, file), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}

/** A health check that does not include migrations yet. */
async function addHealthCheck(project: string): Promise<void> {
  await run('npx nest g controller health --flat --no-spec', project);
  await writeFile(path.join(project, 'src/health.controller.ts'), PLAIN_HEALTH_CONTROLLER);
  const file = path.join(project, 'src/app.module.ts');
  const text = await readFile(file, 'utf8');
  const withTerminus = text.replace('imports: [', 'imports: [\n    TerminusModule,');
  await writeFile(file, `import { TerminusModule } from '@nestjs/terminus';\n${withTerminus}`);
}

/** What the built application applied when it started, and the response of a URL after that. */
async function start(project: string, databaseUrl: string, url: string): Promise<{ applied: string[]; body: string }> {
  await run('npm run build', project);
  const port = String(await freePort());
  const application = background('npm run start:prod', project, { PORT: port, DATABASE_URL: databaseUrl });
  try {
    await application.listening();
    const body = await (await fetch(`http://localhost:${port}${url}`)).text();
    const output = await application.stop();
    return { applied: [...output.matchAll(/Applied \d{14}_(\S+)\.sql/g)].map(([, name = '']) => name), body };
  } finally {
    await application.stop();
  }
}
