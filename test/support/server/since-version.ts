import { test } from '@jest/globals';

/** Major version of this run's server. The private servers of tests have the same where the binaries come from npm. */
export function serverMajor(): number {
  const version = process.env['MIGRATIONS_TEST_SERVER_VERSION'];
  if (!version) throw new Error('MIGRATIONS_TEST_SERVER_VERSION is not set; it comes from the global setup of Jest.');
  return Number.parseInt(version, 10);
}

type Test = (name: string, work: () => Promise<void>) => void;

/**
 * `test` for what servers have from a major version on. On an older one the test is reported as skipped, with what is
 * missing there in its name, and never as passed.
 */
export function testSince(major: number, what: string): Test {
  return testIf(serverMajor() >= major, `${what}: since PostgreSQL ${major}`);
}

/** The other way round: what only servers before a major version do. */
export function testBefore(major: number, what: string): Test {
  return testIf(serverMajor() < major, `${what}: before PostgreSQL ${major}`);
}

/** `test` where `runs` is true; elsewhere it is skipped, with the reason in its name. */
export function testIf(runs: boolean, reason: string): Test {
  const register = runs ? test : test.skip;
  return (name, work) => register(runs ? name : `${name} (${reason})`, work);
}
