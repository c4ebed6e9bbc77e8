import { Controller, Get, Inject, type INestApplication } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import request from 'supertest';
import { MigrationsHealthIndicator, MigrationsModule } from '../../../src/index.js';
import type { MigrationsModuleOptions } from '../../../src/nest/configuration/options.js';
import { startHttp } from '../support/application.js';

@Controller('health')
class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(MigrationsHealthIndicator) private readonly migrations: MigrationsHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.migrations.check()]);
  }
}

/** Two migrations of this release. */
export const FILES = {
  '002_a.sql': 'CREATE TABLE a (id int);',
  '003_b.sql': 'CREATE TABLE b (id int);',
};

/** An application that serves `/health`, with options that the tests share. */
export const startServing = (options: MigrationsModuleOptions): Promise<INestApplication> =>
  startHttp({
    imports: [
      MigrationsModule.forRoot({ drift: false, health: { cache: 0 }, ...options }),
      TerminusModule.forRoot({ logger: false }),
    ],
    controllers: [HealthController],
  });

export interface Report {
  readonly code: number;
  readonly details: Record<string, unknown>;
  readonly text: string;
}

export async function ask(app: INestApplication): Promise<Report> {
  const { status, body, text } = await request(app.getHttpServer()).get('/health');
  return { code: status, details: body.details.migrations, text };
}
