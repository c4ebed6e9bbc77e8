import { describe, test } from '@jest/globals';

/** Major version of this run's server. The private servers of tests have the same where the binaries come from npm. */
export function serverMajor(): number {
  const version = process.env['MIGRATIONS_TEST_SERVER_VERSION'];
  if (!version) throw new Error('MIGRATIONS_TEST_SERVER_VERSION is not set; it comes from the global setup of Jest.');
  return Number.parseInt(version, 10);
}

/** `test` for what servers have from a major version on; on an older one it is reported as skipped, never as passed. */
export function testSince(major: number): typeof test | typeof test.skip {
  return serverMajor() >= major ? test : test.skip;
}

/** The same for a `describe`. */
export function describeSince(major: number): typeof describe | typeof describe.skip {
  return serverMajor() >= major ? describe : describe.skip;
}
