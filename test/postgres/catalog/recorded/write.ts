/**
 * Writes the catalog of the fixture as each version of PostgreSQL reads it. Run it after a change to the fixture or to a
 * query: `node --import ./tools/typescript/register.mjs test/postgres/catalog/recorded/write.ts`
 */
import { findNativeDirectory } from '../../../../tools/postgres-binaries.js';
import { catalogOf } from '../../../support/database/catalog-of.js';
import { withClient } from '../../../support/database/database.js';
import { startEphemeralServer } from '../../../support/server/ephemeral-server.js';
import { fixtureSql } from '../changes/fixture.js';
import { RECORDED_MAJORS, RECORDED_ROLE, writeRecorded } from './files.js';

for (const major of RECORDED_MAJORS) {
  const server = await startEphemeralServer({}, { nativeDirectory: findNativeDirectory(String(major)) });
  try {
    await withClient(server.connectionString(), (client) => client.query('CREATE DATABASE recorded'));
    const database = server.connectionString('recorded');
    await withClient(database, (client) => client.query(fixtureSql(RECORDED_ROLE)));
    writeRecorded(major, await catalogOf(database));
  } finally {
    await server.remove();
  }
}
