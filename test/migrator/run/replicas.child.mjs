// One replica: migrates with the built package, and prints what it applied. Arguments: connection string, directory.
import { makeMigrator } from '../../../dist/esm/migrator.js';

const [connectionString = '', directory = ''] = process.argv.slice(2);
const migrator = makeMigrator({ connectionString, directory });
const { applied } = await migrator.migrate();
await migrator.close();
console.log(JSON.stringify(applied));
