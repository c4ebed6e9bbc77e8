// A process that migrates with the built package. It says that it is ready, and for each line that it reads, options of
// a migrator, it migrates, says when it waits for the lock, and what came of it all. When nothing more can come, it ends
// by itself, as soon as nothing keeps it alive.
import { createInterface } from 'node:readline';
import { makeMigrator, MigrationError } from '../dist/esm/migrator.js';

const say = (text) => process.stdout.write(`${text}\n`);

say('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const onEvent = ({ type }) => type === 'lock-waiting' && say(type);
  const migrator = makeMigrator({ ...JSON.parse(line), onEvent });
  const outcome = await migrator.migrate().then(
    ({ applied }) => ({ applied }),
    (error) => ({ code: error instanceof MigrationError ? error.code : 'UNTYPED', message: error.stack }),
  );
  await migrator.close();
  say(JSON.stringify({ ...outcome, doneAt: Date.now() }));
}
