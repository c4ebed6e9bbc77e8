import { Controller, Get, Inject } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { MigrationsHealthIndicator, MigrationsService } from 'nestjs-pg-migrations';
import { TickService } from './tick.service.js';

@Controller()
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(MigrationsHealthIndicator) private readonly indicator: MigrationsHealthIndicator,
    @Inject(MigrationsService) private readonly migrations: MigrationsService,
    @Inject(SchedulerRegistry) private readonly registry: SchedulerRegistry,
    @Inject(TickService) private readonly ticks: TickService,
  ) {}

  @Get('health')
  @HealthCheck()
  ready() {
    return this.health.check([() => this.indicator.check('migrations')]);
  }

  /** What this application sees of the module. */
  @Get('report')
  async report() {
    const history = await this.migrations.history();
    return {
      applied: history.map(({ file, state }) => `${file} ${state}`),
      jobs: [...this.registry.getCronJobs().keys()],
      ...this.ticks.count(),
    };
  }
}
