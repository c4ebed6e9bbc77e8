// A process for the tests to kill: starts a server, tells about it, and lives on ("briefly": for two seconds).
import { startEmbeddedPostgres } from '../../../src/testing/embedded/server.js';
import { testedBinaries } from '../../support/server/tested-binaries.js';

const [dataDirectory = '', mode] = process.argv.slice(2);
const server = await startEmbeddedPostgres({
  nativeDirectory: testedBinaries(),
  dataDirectory,
  removeWhenParentDies: mode === 'temporary',
});
console.log(JSON.stringify({ pid: server.pid, port: server.port, dataDirectory }));
setTimeout(() => void server.stop(), mode === 'briefly' ? 2_000 : 60_000);
