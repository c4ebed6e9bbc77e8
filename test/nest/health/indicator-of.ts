import { HealthIndicatorService } from '@nestjs/terminus';
import { Subject } from 'rxjs';
import type { MigrationHealth } from '../../../src/core/status/health.js';
import type { TenantState } from '../../../src/core/tenants/standing.js';
import { MigrationsHealthIndicator } from '../../../src/index.js';
import type { BackgroundRun } from '../../../src/nest/bootstrap/background-run.js';
import type { ReportText } from '../../../src/nest/bootstrap/report-text.js';
import type { HealthOptions } from '../../../src/nest/configuration/options.js';
import type { TenantFleet } from '../../../src/nest/configuration/tenants.js';
import { resolveModuleOptions } from '../../../src/nest/configuration/resolve-options.js';
import type { MigrationEvents } from '../../../src/nest/events/migration-events.js';
import type { Migrator } from '../../../src/migrator/migrator.js';

/** The situation that a health check finds. */
export interface Situation {
  readonly health?: MigrationHealth | (() => Promise<MigrationHealth>);
  readonly tracked?: boolean;
  readonly progress?: ReportText;
  readonly failure?: ReportText;
  readonly hasTenants?: boolean;
  /** True if the failure is that the rollout over tenants stopped early. */
  readonly isStopped?: boolean;
  readonly options?: HealthOptions;
  /** The states of tenants, or why they cannot be read. @default the application has no tenants */
  readonly tenants?: readonly TenantState[] | Promise<never>;
}

/** An indicator in a situation, without a database. */
export function indicatorOf(situation: Situation, service = new HealthIndicatorService()) {
  const { health, tracked = true, progress, failure, options = {}, tenants } = situation;
  let reads = 0;
  const migrator = {
    tracked,
    health: async () => {
      reads++;
      return typeof health === 'function' ? health() : health;
    },
  };
  const background = {
    restartAfterConnectionLoss: () => {},
    progress: () => progress,
    failureMessage: () => failure,
    isAllInHistory: !situation.hasTenants,
    hasOnlyTenantsFailed: situation.isStopped ?? false,
  };
  const known = { all: async () => (await tenants)?.map((state, i) => ({ tenant: `t${i}`, state })) };
  const indicator = new MigrationsHealthIndicator(
    migrator as unknown as Migrator,
    resolveModuleOptions({ connectionString: 'postgres://localhost/app', health: { cache: 0, ...options } }),
    background as unknown as BackgroundRun,
    service,
    '',
    { events$: new Subject() } as unknown as MigrationEvents,
    tenants && ({ known } as unknown as TenantFleet),
  );
  return {
    /** The report under the key, of which there must be exactly one. */
    check: async (own?: HealthOptions): Promise<Record<string, unknown>> => {
      const result = await indicator.check(undefined, own);
      const [report, ...others] = Object.values(result);
      if (!report || others.length > 0) throw new Error('expected one entry');
      return report;
    },
    reads: () => reads,
  };
}
