/**
 * `nestjs-pg-migrations/testing/global-setup`: one server for a test run, for `globalSetup` of Jest and Vitest.
 */
export { globalSetup as default } from './testing/global-setup.js';
