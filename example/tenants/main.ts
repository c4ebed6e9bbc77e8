import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

const port = Number(process.env['PORT'] ?? 3000);
const settings = { connectionString: process.env['DATABASE_URL'], directory: 'tenants/migrations' };

const app = await NestFactory.create(AppModule.with(settings), { logger: ['log', 'warn', 'error', 'fatal'] });
app.enableShutdownHooks();
await app.listen(port, '127.0.0.1');

const json = `-H 'content-type: application/json'`;
process.stdout.write(`
Try:
  curl http://localhost:${port}/schools ${json} -d '{"name":"oak-hill"}'
  curl http://localhost:${port}/schools ${json} -d '{"name":"elm-park"}'
  curl http://localhost:${port}/schools ${json} -d '{"name":"ash-field"}'
  curl http://localhost:${port}/courses ${json} -H 'x-school: oak-hill' -d '{"title":"Physics"}'   twice
  curl http://localhost:${port}/courses -H 'x-school: oak-hill'
  curl http://localhost:${port}/health

To see a school that is behind, write this into ${settings.directory}/tenants/003_titles.sql, and start again:
  CREATE UNIQUE INDEX courses_title ON courses (title);
It fails for oak-hill, which then answers 503. The other schools get it.
`);
