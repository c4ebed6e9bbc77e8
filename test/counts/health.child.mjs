import pg from 'pg';
import { makeMigrator } from 'nestjs-pg-migrations/migrator';

const CHECKS = 10;

const [, , connectionString, directory] = process.argv;
const pool = new pg.Pool({ connectionString });
const migrator = makeMigrator({ pool, directory });
for (let i = 0; i < CHECKS; i++) {
  const { status } = await migrator.health();
  if (status !== 'up') throw new Error(`The health is ${status}.`);
}
await migrator.close();
await pool.end();
