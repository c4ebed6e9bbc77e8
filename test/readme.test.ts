import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { migratorFields } from '../src/composition/validation/migrator-options.js';
import { MigrationFailedError } from '../src/core/errors/migration-failed.js';
import { locate } from '../src/core/sql/text/position.js';
import { MigrationsService } from '../src/nest/migrations.service.js';
import { resolveModuleOptions } from '../src/nest/configuration/resolve-options.js';
import { installCommands } from './hosts/readme.js';
import { freePort } from '../tools/embedded-postgres/free-port.js';
import { codeBlocks } from './support/code-blocks.js';
import { childEnvironment, repositoryRoot, runProcess } from './support/process.js';
import { useTestDatabase } from './support/use-test-database.js';

/** Every command that the README tells a reader to type, one a line. */
const commands = codeBlocks('README.md', 'sh').flatMap((block) =>
  block
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== ''),
);

const database = useTestDatabase('readme');

/** How each of them is tried here. A command without an entry fails its test. */
const attempts: Record<string, () => Promise<void>> = {
  'npm ci && npm start': async () => {
    const health = await startAndAsk('/health');
    expect(health).toMatchObject({ status: 'ok', details: { migrations: { applied: 17, pending: 0 } } });
  },
  // These are carried out by "npm run test:hosts".
  'npm install nestjs-pg-migrations pg @nestjs/schedule@12 @nestjs/terminus@12': () => expectPeersOf(12),
  'npm install nestjs-pg-migrations pg @nestjs/schedule@6 @nestjs/terminus@11': () => expectPeersOf(11),
  'npx nest-migrations migrate --database-url "$DATABASE_URL" --dir migrations': async () => {
    const { code, stdout } = await inShell(
      'npx nest-migrations migrate --database-url "$DATABASE_URL" --dir migrations',
    );
    expect(stdout).toMatch(/^(Applied 17 migrations in \d+ ms|Database is up to date \(17 applied\))$/m);
    expect(code).toBe(0);
  },
  'npx nest-migrations status': async () => {
    const { code, stdout } = await inShell('npx nest-migrations status');
    expect(stdout).toContain('016_attendance_by_day.sql');
    expect(code).toBe(0);
  },
  'npx nest-migrations status --json': async () => {
    const { stdout } = await inShell('npx nest-migrations status --json');
    expect(JSON.parse(stdout)).toMatchObject({ summary: { total: 17 } });
  },
  // This test runs inside it; running it again would never end.
  'npm cit': async () => expect(packageJson().scripts['test']).toContain('jest'),
  'npm run migrate': async () => {
    const { code, stdout } = await inShell('npm run --silent migrate');
    expect(stdout).toMatch(/^(Applied 17 migrations in \d+ ms|Database is up to date \(17 applied\))$/m);
    expect(code).toBe(0);
  },
  'npm run migrate:status': async () => {
    const { code, stdout } = await inShell('npm run --silent migrate:status');
    expect(stdout).toMatch(/applied/);
    expect(code).toBe(0);
  },
};

describe('what the README tells a reader to type', () => {
  test.each(commands)('works: %s', async (command) => {
    const attempt = attempts[command];
    expect(attempt).toBeDefined();
    await attempt?.();
  });

  test('is found at all', () => {
    expect(commands.length).toBeGreaterThan(5);
  });
});

async function expectPeersOf(nest: 11 | 12): Promise<void> {
  const broughtByNest = ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs'];
  const [, , , ...installed] = (await installCommands())[nest].split(' ');
  const { peerDependencies, peerDependenciesMeta } = packageJson();
  const required = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  expect(required.toSorted()).toEqual(
    [...broughtByNest, ...installed.map((name) => name.replace(/(?<=.)@.*/, ''))].toSorted(),
  );
  const versions = installed.filter((name) => name.startsWith('@')).map((each) => each.split(/(?<=.)@/));
  for (const [name = '', major] of versions) expect(peerDependencies[name]).toContain(`^${major}.`);
}

interface Container {
  readonly command?: readonly string[];
  readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly path: string } };
}

interface Manifest {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly spec?: { readonly template: { readonly spec: Manifest } };
}

describe('what the README shows of Kubernetes', () => {
  const manifests = codeBlocks('README.md', 'yaml').map((text) => parse(text) as Manifest);
  const containers = manifests
    .map((manifest) => manifest.spec?.template.spec ?? manifest)
    .flatMap((spec) => [...(spec.containers ?? []), ...(spec.initContainers ?? [])]);

  test('probes routes that the example has', async () => {
    const paths = containers.flatMap((container) =>
      Object.entries(container).flatMap(([name, probe]) =>
        name.endsWith('Probe') ? [(probe as { httpGet: { path: string } }).httpGet.path] : [],
      ),
    );
    expect([...new Set(paths)].toSorted()).toEqual(['/health', '/health/live']);
    const routes = readFileSync('example/health.controller.ts', 'utf8');
    expect(routes).toContain(`@Controller('health')`);
    expect(routes).toContain(`@Get('live')`);
  });

  test('runs commands that there are', async () => {
    const migrating = containers.flatMap(({ command }) => (command ? [command] : []));
    expect(migrating).toHaveLength(2);
    for (const [program, ...parameters] of migrating) {
      expect(program).toBe(`node_modules/.bin/${Object.keys(packageJson().bin)[0]}`);
      const { code, stdout } = await inShell(`npx nest-migrations ${parameters.join(' ')}`);
      expect(stdout).toMatch(/^(Applied 17 migrations in \d+ ms|Database is up to date \(17 applied\))$/m);
      expect(code).toBe(0);
    }
  });
});

describe('what the README shows of the code', () => {
  test('is the message of a failed migration', () => {
    const sql = `${'\n'.repeat(11)}UPDATE enrolment SET status = 'open';`;
    const { message } = new MigrationFailedError({
      file: '005_x.sql',
      server: { sqlstate: '42P01', message: 'relation "enrolment" does not exist' },
      location: locate(sql, sql.indexOf('enrolment')),
      aftermath: { kind: 'rolled-back' },
      applied: ['003_a.sql', '004_b.sql'],
      pending: ['006_y.sql'],
    });
    expect(readFileSync('README.md', 'utf8')).toContain(`\n\`\`\`\n${message}\n\`\`\`\n`);
  });

  test('is every method of the service, and none that does not exist', () => {
    const shown = [
      ...codeBlocks('README.md', 'ts')
        .join('')
        .matchAll(/this\.migrations\.(\w+)\(/g),
    ].map(([, name = '']) => name);
    const methods = Object.getOwnPropertyNames(MigrationsService.prototype).filter((name) => name !== 'constructor');
    expect([...new Set(shown)].filter((name) => name !== 'check').toSorted()).toEqual(methods.toSorted());
  });

  test('is every option, and none that does not exist', () => {
    const table = /### Options\n([^]*?)\n### /.exec(readFileSync('README.md', 'utf8'))?.[1] ?? '';
    const firstCells = table.split('\n').map((line) => /^\|(.*?)\|/.exec(line)?.[1] ?? '');
    const shown = firstCells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
    const withDefaults = Object.keys(resolveModuleOptions({ connectionString: 'postgres://localhost/app' }));
    const options = new Set([...Object.keys(migratorFields), ...withDefaults, 'name', 'onEvent']);
    expect(shown.toSorted()).toEqual([...options].toSorted());
  });
});

function packageJson(): {
  scripts: Record<string, string>;
  bin: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
} {
  return JSON.parse(readFileSync('package.json', 'utf8')) as ReturnType<typeof packageJson>;
}

/** When the tests themselves run under `npx -p`, what that was told must not reach the commands of the README. */
const NO_OUTER_NPX = { npm_config_package: undefined, npm_config_call: undefined };

function inShell(command: string): ReturnType<typeof runProcess> {
  return runProcess('sh', ['-c', command], {
    env: { DATABASE_URL: database.connectionString, ...NO_OUTER_NPX },
    timeoutMs: 60_000,
  });
}

async function startAndAsk(path: string): Promise<unknown> {
  const port = await freePort();
  const child = spawn('npm', ['start'], {
    cwd: repositoryRoot,
    env: childEnvironment({ DATABASE_URL: database.connectionString, PORT: String(port) }),
    detached: true,
    stdio: 'ignore',
  });
  try {
    for (let attempt = 0; attempt < 100; attempt++) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
      if (response) return await response.json();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error('npm start did not answer');
  } finally {
    process.kill(-(child.pid as number), 'SIGTERM');
  }
}
