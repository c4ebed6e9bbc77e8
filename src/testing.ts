/**
 * `nestjs-pg-migrations/testing`: a database for each test. Loads nothing of NestJS.
 */
export { createTestDatabases, type TestDatabases } from './testing/test-databases.js';
export type { TestDatabase } from './testing/test-database.js';
export type { TestDatabasesOptions } from './testing/options.js';
export type { TestHooks } from './testing/hooks.js';
