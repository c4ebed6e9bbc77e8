/** A process that migrates: options of the migrator in the first argument. */
import { makeMigrator } from '../../src/migrator.js';

const migrator = makeMigrator(JSON.parse(process.argv[2] ?? '{}'));
await migrator.migrate();
await migrator.close();
