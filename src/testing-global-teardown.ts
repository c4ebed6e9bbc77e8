/**
 * `nestjs-pg-migrations/testing/global-teardown`: stops that server, for Jest's `globalTeardown`.
 */
export { globalTeardown as default } from './testing/global-setup.js';
