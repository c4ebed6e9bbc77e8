import { afterEach } from '@jest/globals';
import { Module, type INestApplication, type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MigrationEvent } from '../../../src/core/events/events.js';
import { MigrationsModule } from '../../../src/nest/migrations.module.js';
import { MigrationsService } from '../../../src/nest/migrations.service.js';
import type { MigrationsModuleOptions } from '../../../src/nest/configuration/options.js';
import { RecordingLogger } from './recording-logger.js';

const started: INestApplicationContext[] = [];

/** Closes the application after the test, if the test does not. */
export function closedAfterTest<App extends INestApplicationContext>(app: App): App {
  started.push(app);
  return app;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((app) => app.close()));
});

/** A module of its own, each time another one. */
export function moduleOf(metadata: ModuleMetadata): new () => object {
  @Module(metadata)
  class AppModule {}
  return AppModule;
}

/** Starts an application without HTTP. Errors of the start are thrown. */
export async function startContext(
  metadata: ModuleMetadata,
  logger = new RecordingLogger(),
): Promise<INestApplicationContext> {
  return closedAfterTest(
    await NestFactory.createApplicationContext(moduleOf(metadata), { logger, abortOnError: false }),
  );
}

/** Starts an application that answers HTTP requests, without listening. */
export async function startHttp(metadata: ModuleMetadata, logger = new RecordingLogger()): Promise<INestApplication> {
  const app = closedAfterTest(await NestFactory.create(moduleOf(metadata), { logger, abortOnError: false }));
  return app.init();
}

/** Starts an application of nothing but the module. */
export function startWith(
  options: MigrationsModuleOptions,
  metadata: ModuleMetadata = {},
  logger?: RecordingLogger,
): Promise<INestApplicationContext> {
  return startContext(
    { ...metadata, imports: [...(metadata.imports ?? []), MigrationsModule.forRoot({ drift: false, ...options })] },
    logger,
  );
}

/** Everything that happens from now on. */
export function eventsOf(app: INestApplicationContext): MigrationEvent[] {
  const events: MigrationEvent[] = [];
  app.get(MigrationsService).events$.subscribe((event) => events.push(event));
  return events;
}
