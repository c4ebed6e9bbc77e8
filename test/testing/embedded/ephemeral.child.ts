/** A process for the tests to kill: starts an ephemeral server and prints its process ID, port and directory. */
import { startEphemeralServer } from '../../support/server/ephemeral-server.js';

const { pid, port, dataDirectory } = await startEphemeralServer();
console.log(JSON.stringify({ pid, port, dataDirectory }));
setTimeout(() => {}, 60_000);
