/** An application of somebody else's. */
export interface Host {
  readonly name: string;
  /** The line of the README with which it installs this package. */
  readonly nest: 11 | 12;
  readonly esm: boolean;
  readonly adapter: 'Express' | 'Fastify';
  readonly typescript: string;
  /** What its end-to-end tests run on, with the version. */
  readonly testPackages: readonly string[];
  /** `npm run test:e2e`, as the Nest command line writes it. */
  readonly e2e: string;
  /** From this version of Node on its tests run, if that is not the oldest. */
  readonly testsNeed?: { readonly node: number; readonly because: string };
  /** Settings of Jest: those of the Nest command line, and what ES modules need. */
  readonly jest: object | undefined;
}

const NODE_MODULES_TOO = 'node --experimental-vm-modules node_modules/jest/bin/jest.js';

/** `test/jest-e2e.json` of the Nest command line. What starts a server for the tests comes from docs/testing.md. */
const JEST = {
  moduleFileExtensions: ['js', 'json', 'ts'],
  rootDir: '.',
  testEnvironment: 'node',
  testRegex: '.e2e-spec.ts$',
  transform: { '^.+\\.(t|j)s$': 'ts-jest' },
};

export const HOSTS: readonly Host[] = [
  {
    name: 'NestJS 11 in CommonJS',
    nest: 11,
    esm: false,
    adapter: 'Express',
    typescript: '5',
    testPackages: ['jest@30', '@types/jest@30', 'ts-jest@29'],
    e2e: 'jest --config ./test/jest-e2e.json',
    jest: JEST,
  },
  {
    name: 'NestJS 11 in ES modules',
    nest: 11,
    esm: true,
    adapter: 'Fastify',
    typescript: '5',
    testPackages: ['jest@30', '@types/jest@30', 'ts-jest@29'],
    e2e: `${NODE_MODULES_TOO} --config ./test/jest-e2e.json`,
    jest: {
      ...JEST,
      extensionsToTreatAsEsm: ['.ts'],
      moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
      transform: { '^.+\\.ts$': ['ts-jest', { useESM: true }] },
    },
  },
  {
    name: 'NestJS 12 from CommonJS',
    testsNeed: { node: 24, because: 'on older versions of Node Jest cannot load NestJS 12 from CommonJS' },
    nest: 12,
    esm: false,
    adapter: 'Fastify',
    typescript: '6',
    testPackages: ['jest@30', '@types/jest@30', 'ts-jest@29'],
    e2e: `${NODE_MODULES_TOO} --config ./test/jest-e2e.json`,
    jest: JEST,
  },
  {
    name: 'NestJS 12 in ES modules',
    nest: 12,
    esm: true,
    adapter: 'Express',
    typescript: '6',
    testPackages: ['vitest@4'],
    e2e: 'vitest run --globals --config ./vitest.config.e2e.ts',
    jest: undefined,
  },
];
