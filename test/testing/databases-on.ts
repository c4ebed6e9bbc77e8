import { afterAll } from '@jest/globals';
import { createTestDatabases, type TestDatabases, type TestDatabasesOptions } from '../../src/testing.js';
import { query, serverUrl, withClient } from '../support/database/database.js';
import { migrationsDirectory } from '../support/files/temp-directory.js';

const opened: TestDatabases[] = [];
const templates = new Set<string>();

afterAll(async () => {
  await Promise.all(opened.map((databases) => databases.close()));
  await withClient(serverUrl(), async (client) => {
    for (const name of templates) await client.query(`DROP DATABASE IF EXISTS "${name}"`);
  });
});

/** Test databases on the server of this run, closed after the test file. */
export function databasesOn(options: TestDatabasesOptions): TestDatabases {
  const databases = createTestDatabases({ server: serverUrl(), ...options });
  opened.push(databases);
  return databases;
}

let made = 0;

/** A directory of migrations that no other test has, so that its template is its own. */
export function ownMigrations(files: Record<string, string> = {}): Promise<string> {
  const unique = `CREATE TABLE unique_${process.pid}_${++made}_${Date.now()} ();`;
  return migrationsDirectory({ '001_users.sql': `CREATE TABLE users (name text);\n${unique}`, ...files });
}

export interface DatabaseRow {
  readonly name: string;
  readonly oid: number;
  readonly accepts: boolean;
}

/** The templates that are created during some work. They are dropped after the test file. */
export async function templatesMadeBy<T>(work: () => Promise<T>): Promise<DatabaseRow[]> {
  const before = new Set((await listTemplates()).map(({ oid }) => oid));
  await work();
  const fresh = (await listTemplates()).filter(({ oid }) => !before.has(oid));
  for (const { name } of fresh) templates.add(name);
  return fresh;
}

function listTemplates(): Promise<DatabaseRow[]> {
  return query(`
    SELECT datname AS name, oid::int, datallowconn AS accepts FROM pg_database
    WHERE datname LIKE 'nestjs\\_pg\\_migrations\\_template\\_%'`);
}

export async function exists(database: string): Promise<boolean> {
  return (await query(`SELECT FROM pg_database WHERE datname = '${database}'`)).length > 0;
}
