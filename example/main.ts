import path from 'node:path';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { startOwnDatabase } from './own-database.js';

const directory = path.resolve('migrations');
const port = Number(process.env['PORT'] ?? 3000);

const database = process.env['DATABASE_URL']
  ? undefined
  : await startOwnDatabase(path.resolve('example')).catch(giveUp);
const connectionString = process.env['DATABASE_URL'] ?? database?.connectionString ?? '';

const app = await NestFactory.create(AppModule.with({ connectionString, directory }), {
  logger: ['log', 'warn', 'error', 'fatal'],
});
app.enableShutdownHooks();
await app.listen(port, '127.0.0.1');

process.stdout.write(`
Try:
  http://localhost:${port}/health        readiness: what is applied and what is pending
  http://localhost:${port}/health/live   liveness
  DATABASE_URL=${database?.connectionString ?? '(yours)'} npm run migrate:status
  Edit migrations/003_schools_and_departments.sql and wait 15 seconds: the drift check reports it. Undo the edit: it reports that too.
  Stop with Ctrl+C and start again: nothing is left to apply.
`);

function giveUp(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
