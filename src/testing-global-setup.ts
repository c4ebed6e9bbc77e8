/**
 * `nestjs-pg-migrations/testing/global-setup`: one server for a whole test run, for `globalSetup` in Jest and Vitest.
 */
export { globalSetup as default } from './testing/global-setup.js';
