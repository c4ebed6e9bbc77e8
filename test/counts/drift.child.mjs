import pg from 'pg';
import { makeMigrator } from 'nestjs-pg-migrations/migrator';

const CHECKS = 10;

const [, , connectionString, directory] = process.argv;
const pool = new pg.Pool({ connectionString });
const migrator = makeMigrator({ pool, directory });
for (let i = 0; i < CHECKS; i++) {
  const findings = await migrator.drift();
  if (findings.length > 0) throw new Error(`There is drift: ${JSON.stringify(findings)}`);
}
await migrator.close();
await pool.end();
