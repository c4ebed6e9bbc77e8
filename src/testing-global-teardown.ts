/**
 * `nestjs-pg-migrations/testing/global-teardown`: its end, for `globalTeardown` of Jest.
 */
export { globalTeardown as default } from './testing/global-setup.js';
