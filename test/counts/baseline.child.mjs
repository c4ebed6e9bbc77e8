import { makeMigrator } from 'nestjs-pg-migrations/migrator';

const [, , connectionString, directory] = process.argv;
const migrator = makeMigrator({ connectionString, directory });
await migrator.baseline('10000');
await migrator.close();
