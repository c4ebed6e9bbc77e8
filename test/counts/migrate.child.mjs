import { makeMigrator } from 'nestjs-pg-migrations/migrator';

const [, , connectionString, directory] = process.argv;
const migrator = makeMigrator({ connectionString, directory });
await migrator.migrate();
await migrator.close();
