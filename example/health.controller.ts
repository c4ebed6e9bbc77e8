import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { MigrationsHealthIndicator } from 'nestjs-pg-migrations';

@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(MigrationsHealthIndicator) private readonly migrations: MigrationsHealthIndicator,
  ) {}

  /** Readiness: this release finds the database that it needs. */
  @Get()
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.migrations.check('migrations')]);
  }

  /** Liveness: the process answers. It must not depend on the database. */
  @Get('live')
  live(): { status: string } {
    return { status: 'ok' };
  }
}
