import { beforeEach } from '@jest/globals';
import { useEmptyDatabase } from '../../support/empty-database.js';
import type { TestDatabase } from '../../support/database.js';
import type { ProcessResult } from '../../support/process.js';
import { tempDirectory } from '../../support/temp-directory.js';
import { writeFiles } from '../../support/write-files.js';
import { run } from '../command-line.js';

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

/** A project with schools as tenants. */
export interface Schools {
  readonly db: TestDatabase;
  /** Runs a command in the project. */
  readonly type: (...args: string[]) => Promise<ProcessResult>;
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  /** Adds schools, each with an empty schema. */
  readonly open: (...names: string[]) => Promise<void>;
}

/** A database and a project, anew for each test. The shared files have been applied. */
export function useSchools(name: string, tenants: object = {}): Schools {
  const db = useEmptyDatabase(name);
  let project = '';
  const type: Schools['type'] = (...args) => run(args, { cwd: project, env: { DATABASE_URL: db.connectionString } });
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
    write,
    open: async (...names) => {
      for (const each of names)
        await db.query(`CREATE SCHEMA ${each}; INSERT INTO shared.schools VALUES ('${each}', false, false)`);
    },
  };
}
