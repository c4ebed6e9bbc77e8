import { dumpMajor } from '../programs/pg-dump.js';
import { serverMajor, testIf } from '../server/since-version.js';

/** `test` that needs a pg_dump. It must be at least as new as the server. */
export const testWithDump = testIf(dumpMajor() >= serverMajor(), `pg_dump ${serverMajor()}`);
