/**
 * `nestjs-pg-migrations/testing`: a database for each test. Does not load NestJS.
 */
export { createTestDatabases, type TestDatabases } from './testing/test-databases.js';
export type { TestDatabase } from './testing/test-database.js';
export type { TestDatabasesOptions } from './testing/options.js';
export type { TestHooks } from './testing/hooks.js';
