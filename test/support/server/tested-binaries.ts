import { findNativeDirectory } from '../../../tools/postgres-binaries.js';

/** Those of the major version that `TEST_POSTGRES_VERSION` asks for, else the newest. */
export function testedBinaries(): string {
  return findNativeDirectory(process.env['TEST_POSTGRES_VERSION'] || undefined);
}
