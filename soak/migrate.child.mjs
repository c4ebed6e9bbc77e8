// A process that migrates with the built package: options in the first argument. It says that it is ready, waits for a
// line, migrates, says when it waits for the lock and what came of it all, and ends when nothing keeps it alive any more.
import { once } from 'node:events';
import { makeMigrator, MigrationError } from '../dist/esm/migrator.js';

const onEvent = ({ type }) => type === 'waiting-for-lock' && process.stdout.write(`${type}\n`);
const migrator = makeMigrator({ ...JSON.parse(process.argv[2] ?? '{}'), onEvent });
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdin.destroy();

const outcome = await migrator.migrate().then(
  ({ applied }) => ({ applied }),
  (error) => ({ code: error instanceof MigrationError ? error.code : 'UNTYPED', message: error.stack }),
);
await migrator.close();
process.stdout.write(`${JSON.stringify({ ...outcome, doneAt: Date.now() })}\n`);
process.exitCode = 'applied' in outcome ? 0 : 1;
