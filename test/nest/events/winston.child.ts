/** An application with the logger of `nest-winston`, which Jest cannot load together with NestJS 12 before Node 24.9. */
import { NestFactory } from '@nestjs/core';
import { WinstonModule } from 'nest-winston';
import { format, transports } from 'winston';
import { MigrationsModule } from '../../../src/index.js';

const [connectionString = '', directory = ''] = process.argv.slice(2);
const migrations = MigrationsModule.forRoot({ connectionString, directory, drift: false });
const logger = WinstonModule.createLogger({
  level: 'debug',
  format: format.json(),
  transports: [new transports.Console()],
});
const app = await NestFactory.createApplicationContext(migrations, { logger });
await app.close();
