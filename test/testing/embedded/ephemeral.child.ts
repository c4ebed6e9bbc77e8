/** A process for the tests to kill: starts an ephemeral server and prints its process ID and directory. */
import { startEphemeralServer } from '../../support/ephemeral-server.js';

const { pid, dataDirectory } = await startEphemeralServer();
console.log(JSON.stringify({ pid, dataDirectory }));
setTimeout(() => {}, 60_000);
