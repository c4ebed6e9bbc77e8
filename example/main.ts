import { NestFactory } from '@nestjs/core';
import { MigrationsService } from 'nestjs-pg-migrations';
import { AppModule } from './app.module.js';

const directory = 'migrations';
const connectionString = process.env['DATABASE_URL'];
const port = Number(process.env['PORT'] ?? 3000);

const app = await NestFactory.create(AppModule.with({ connectionString, directory }), {
  logger: ['log', 'warn', 'error', 'fatal'],
});
app.enableShutdownHooks();
await app.listen(port, '127.0.0.1');

const { summary } = await app.get(MigrationsService).status();
process.stdout.write(`
Try:
  http://localhost:${port}/health        readiness: what is applied and what is pending
  http://localhost:${port}/health/live   liveness
  http://localhost:${port}/metrics       metrics for Prometheus
  DATABASE_URL=${connectionString} npm run migrate:status
  Edit ${directory}/${summary.newestApplied} and wait 15 seconds: the drift check reports it. Undo the edit: it reports that too.
  Stop with Ctrl+C and start again: nothing is left to apply.
`);
