// A NestJS application with the built package, whose drift alerts go to a webhook. It says that it is ready, and for each
// line that it reads it checks once, as its schedule would, and says so. At the end of its input, it exits.
import { createInterface } from 'node:readline';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { DRIFT_JOB, MigrationsModule } from '../../dist/esm/index.js';

const [connectionString, directory, url] = process.argv.slice(2);
// No check runs by itself, and the webhook is not called again if its answer takes long on a busy machine.
const drift = { cron: '0 0 1 1 *', alertTimeout: 60_000, webhooks: [{ url, timeout: 60_000, retries: 0 }] };
const imports = [ScheduleModule.forRoot(), MigrationsModule.forRoot({ connectionString, directory, drift })];
function AppModule() {}
const app = await NestFactory.createApplicationContext({ module: AppModule, imports }, { logger: ['error'] });
const job = app.get(SchedulerRegistry).getCronJob(DRIFT_JOB);

const say = (text) => process.stdout.write(`${text}\n`);
say('ready');
for await (const _line of createInterface({ input: process.stdin })) {
  await job.fireOnTick();
  say('checked');
}
await app.close();
