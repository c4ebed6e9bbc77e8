// Jest imports the .mts hooks below itself, outside its own transform.
import './tools/typescript/register.mjs';
import { swcOptions } from './tools/typescript/swc-options.mjs';

/** Run with NODE_OPTIONS=--experimental-vm-modules: NestJS 12 is ESM only. */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.ts$': ['@swc/jest', { ...swcOptions, swcrc: false }] },
  extensionsToTreatAsEsm: ['.ts'],
  // The real .js file first, so that packages keep their own files and only our sources fall through to TypeScript.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'],
    // The example imports the package by its name; tests of it run on the sources.
    '^nestjs-pg-migrations$': '<rootDir>/src/index.ts',
    '^nestjs-pg-migrations/([\\w-]+)$': '<rootDir>/src/$1.ts',
    '^nestjs-pg-migrations/testing/nest$': '<rootDir>/src/testing-nest.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/(build|dist)/'],
  testEnvironment: '<rootDir>/test/support/jest/environment.ts',
  globalSetup: '<rootDir>/test/support/jest/global-setup.mts',
  globalTeardown: '<rootDir>/test/support/jest/global-teardown.mts',
  testTimeout: 90_000,
  maxWorkers: 2,
};
