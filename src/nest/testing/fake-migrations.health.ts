import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import type { MigrationsHealthIndicator } from '../health/migrations.health.js';

/** A health indicator that needs no database and is always up. */
@Injectable()
export class FakeMigrationsHealthIndicator implements Pick<MigrationsHealthIndicator, 'check'> {
  constructor(@Inject(HealthIndicatorService) private readonly indicator: HealthIndicatorService) {}

  async check<Key extends string = 'migrations'>(key: Key = 'migrations' as Key): Promise<HealthIndicatorResult<Key>> {
    return this.indicator.check(key).up({ message: 'not checked in tests' });
  }
}
