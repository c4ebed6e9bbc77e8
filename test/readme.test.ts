import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { MigrationFailedError } from '../src/core/errors/migration-failed.js';
import { locate } from '../src/core/sql/text/position.js';
import { installCommands } from './hosts/readme.js';
import { freePort } from '../src/testing/embedded/free-port.js';
import { codeBlocks } from './support/files/code-blocks.js';
import { runInShell } from './support/programs/shell.js';
import { childEnvironment, repositoryRoot } from './support/programs/process.js';
import { useTestDatabase } from './support/server/use-test-database.js';

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
  'npx @nestjs/cli@12 new app --package-manager npm --skip-git --no-observe': followedByHosts,
  'cd app': followedByHosts,
  'DATABASE_URL=postgres://localhost/app npm start': followedByHosts,
  'curl http://localhost:3000/health': followedByHosts,
  'npx nest-migrations migrate --database-url "$DATABASE_URL" --dir migrations': async () => {
    const { code, stdout } = await runInShell(
      database.connectionString,
      'npx nest-migrations migrate --database-url "$DATABASE_URL" --dir migrations',
    );
    expect(stdout).toMatch(/^(Applied 17 migrations in \d+ ms|Database is up to date \(17 applied\))$/m);
    expect(code).toBe(0);
  },
  'npx nest-migrations status': async () => {
    const { code, stdout } = await runInShell(database.connectionString, 'npx nest-migrations status');
    expect(stdout).toContain('016_attendance_by_day.sql');
    expect(code).toBe(0);
  },
  'npx nest-migrations status --json': async () => {
    const { stdout } = await runInShell(database.connectionString, 'npx nest-migrations status --json');
    expect(JSON.parse(stdout)).toMatchObject({ summary: { total: 17 } });
  },
  // This test runs inside it; running it again would never end.
  'npm cit': async () => expect(packageJson().scripts['test']).toContain('jest'),
  'npm run migrate': async () => {
    const { code, stdout } = await runInShell(database.connectionString, 'npm run --silent migrate');
    expect(stdout).toMatch(/^(Applied 17 migrations in \d+ ms|Database is up to date \(17 applied\))$/m);
    expect(code).toBe(0);
  },
  'npm run migrate:status': async () => {
    const { code, stdout } = await runInShell(database.connectionString, 'npm run --silent migrate:status');
    expect(stdout).toMatch(/applied/);
    expect(code).toBe(0);
  },
};

/** "npm run test:hosts" follows the section "Use" from its first command to the last. */
async function followedByHosts(): Promise<void> {
  expect(readFileSync('test/hosts/run.ts', 'utf8')).toContain('followReadme(');
}

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
});

function packageJson(): {
  scripts: Record<string, string>;
  bin: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional?: boolean }>;
} {
  return JSON.parse(readFileSync('package.json', 'utf8')) as ReturnType<typeof packageJson>;
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
