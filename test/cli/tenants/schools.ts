import { beforeEach } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import type { TestDatabase } from '../../support/database/database.js';
import { childEnvironment, type ProcessResult } from '../../support/programs/process.js';
import { tempDirectory } from '../../support/files/temp-directory.js';
import { writeFiles } from '../../support/files/write-files.js';
import { MAIN, run } from '../command-line.js';

/** The shared files: the list of schools. */
export const SHARED = {
  'migrations/001_schools.sql': 'CREATE TABLE shared.schools (name text PRIMARY KEY, pilot boolean, broken boolean);',
};
/** The files of each school. The second one fails for schools that are broken. */
export const FILES = {
  'schools/001_a.sql': 'CREATE TABLE a (id int);',
  'schools/002_b.sql':
    "DO $$ BEGIN IF (SELECT broken FROM shared.schools WHERE name = current_schema) THEN RAISE 'out of chalk'; END IF; END $$;",
};
export const LIST = `SELECT name, CASE WHEN pilot THEN 'pilot' END AS "group" FROM shared.schools ORDER BY name`;

/** A command that is running. */
export interface RunningCommand {
  /** What it has printed so far. */
  readonly output: () => { readonly stdout: string; readonly stderr: string };
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<{ readonly code: unknown; readonly signal: unknown; readonly stdout: string }>;
}

/** A project with schools as tenants. */
export interface Schools {
  readonly db: TestDatabase;
  /** Runs a command in the project. */
  readonly type: (...args: string[]) => Promise<ProcessResult>;
  /** Starts a command in the project. */
  readonly start: (...args: string[]) => RunningCommand;
  readonly project: () => string;
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  /** Adds schools, each with an empty schema. */
  readonly open: (...names: string[]) => Promise<void>;
}

/** A database and a project, anew for each test. The shared files have been applied. */
export function useSchools(name: string, tenants: object = {}): Schools {
  const db = useEmptyDatabase(name);
  let project = '';
  const type: Schools['type'] = (...args) => run(args, { cwd: project, env: { DATABASE_URL: db.connectionString } });
  const start: Schools['start'] = (...args) => startIn(project, db.connectionString, args);
  const write: Schools['write'] = (files) => writeFiles(project, files);
  beforeEach(async () => {
    project = await tempDirectory();
    const config = { tenants: { directory: 'schools', list: LIST, ...tenants } };
    await write({ 'migrations.config.json': JSON.stringify(config), ...SHARED, ...FILES });
    await type('migrate');
  });
  return {
    db,
    type,
    start,
    project: () => project,
    write,
    open: async (...names) => {
      for (const each of names)
        await db.query(`CREATE SCHEMA ${each}; INSERT INTO shared.schools VALUES ('${each}', false, false)`);
    },
  };
}

function startIn(cwd: string, url: string, args: readonly string[]): RunningCommand {
  const env = childEnvironment({ DATABASE_URL: url });
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => ({ code, signal, stdout }));
  return { output: () => ({ stdout, stderr }), kill: (signal) => child.kill(signal), ended };
}
