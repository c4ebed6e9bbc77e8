/**
 * Runs the tests that touch a database on one version of PostgreSQL after the other. Numbers choose the versions, what
 * else is given goes to Jest:
 *
 *     npm run test:matrix -- 13 18 test/history
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresVersions } from './postgres-binaries.js';
import { installPackage } from './install-package.js';

/**
 * They touch no server, or one whose version does not matter, so other versions show nothing new. The command line
 * has no SQL of its own: its commands are tried on each version, but not all its signals, terminals and messages.
 */
const SAME_EVERYWHERE = [
  'test/architecture',
  'test/bench/',
  'test/cli/(?!commands/)',
  'test/core/',
  'test/counts/',
  'test/docs/',
  'test/example/',
  'test/files/',
  'test/otel/',
  'test/package/',
  'test/readme',
  'test/schematics/',
  'test/timing/',
];

/** What Jest writes with `--json`, as far as it is read here. */
interface Report {
  numPassedTests: number;
  numPendingTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
}

const given = process.argv.slice(2);
const asked = given.filter((argument) => /^\d+$/.test(argument));
const forJest = given.filter((argument) => !asked.includes(argument));
const versions = asked.length > 0 ? asked : postgresVersions();
const unknown = versions.filter((version) => !postgresVersions().includes(version));
if (unknown.length > 0) {
  console.error(`No such version here: ${unknown.join(', ')}. There are ${postgresVersions().join(', ')}.`);
  process.exit(2);
}

installPackage('tools/postgres-versions');
const results = versions.map((version) => testOn(version));
console.log(['', ...results.map(({ line }) => line)].join('\n'));
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;

function testOn(version: string): { passed: boolean; line: string } {
  const directory = mkdtempSync(join(tmpdir(), 'test-matrix-'));
  const file = join(directory, 'report.json');
  const start = performance.now();
  console.log(`\nPostgreSQL ${version}`);
  try {
    // An option with a list would take what follows for more of it, up to the next option.
    const jest = [...forJest, '--testPathIgnorePatterns', ...SAME_EVERYWHERE, '--json', `--outputFile=${file}`];
    const code = npm(['test', '--silent', '--', ...jest], { TEST_POSTGRES_VERSION: version });
    const seconds = Math.round((performance.now() - start) / 1000);
    // A run that could not start leaves no report.
    const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined;
    const counts = report
      ? `${report.numPassedTests} passed, ${report.numPendingTests} skipped, ${report.numFailedTests} failed`
      : 'did not run';
    return {
      passed: code === 0 && report !== undefined,
      line: `PostgreSQL ${version}: ${code === 0 ? 'green' : 'RED'}, ${counts}, ${seconds} s`,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function npm(args: string[], env: NodeJS.ProcessEnv = {}): number | null {
  return spawnSync('npm', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  }).status;
}
