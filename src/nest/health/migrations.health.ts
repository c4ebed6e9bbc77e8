import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { worstOf, type HealthRules } from '../../core/status/health-rules.js';
import { judgeHealth, type MigrationHealth } from '../../core/status/health.js';
import { withTimeout } from '../../timing/timeout.js';
import { Migrator } from '../../migrator/migrator.js';
import { BackgroundRun } from '../bootstrap/background-run.js';
import { nameless } from '../bootstrap/report-text.js';
import { MigrationEvents } from '../events/migration-events.js';
import type { HealthOptions, ResolvedModuleOptions } from '../configuration/options.js';
import { FLEET, type TenantFleet } from '../configuration/tenants.js';
import { INSTANCE_NAME } from '../../composition/instance-tokens.js';
import { labelOf, RESOLVED_OPTIONS } from '../configuration/tokens.js';
import { checkOptions } from './check-options.js';
import { detailsOf, type HealthReport } from './health-report.js';
import { reasonOf } from './reason-of.js';
import { judgeTenants, withTenants, type TenantsReading, type TenantsReport } from './tenants-health.js';

/** The result of a read: the health by the default rules, or why it could not be determined. */
type Reading = { readonly health: MigrationHealth } | { readonly problem: string };

interface JudgedReport extends HealthReport {
  /** True if all migrations of this release are applied, regardless of the rules. */
  readonly isUpToDate: boolean;
}

const RUN_ENDS: ReadonlySet<string> = new Set(['run-finished', 'run-failed', 'run-refused', 'run-interrupted']);

/**
 * Health for `@nestjs/terminus`. By default down while a migration in this release's directory is pending, failed or
 * running: docs/health.md lists every state.
 */
@Injectable()
export class MigrationsHealthIndicator {
  private latest: { readonly reading: Reading; readonly readAt: number } | undefined;
  private pendingRead: Promise<Reading> | undefined;

  constructor(
    @Inject(Migrator) private readonly migrator: Migrator,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedModuleOptions,
    @Inject(BackgroundRun) private readonly background: BackgroundRun,
    @Inject(HealthIndicatorService) private readonly indicator: HealthIndicatorService,
    @Inject(INSTANCE_NAME) private readonly name: string,
    @Inject(MigrationEvents) events: MigrationEvents,
    @Inject(FLEET) private readonly fleet: TenantFleet | undefined,
  ) {
    events.events$.subscribe((event) => {
      if (RUN_ENDS.has(event.type)) this.latest = this.pendingRead = undefined;
    });
  }

  /**
   * @param key name of the entry in the health report. @default `migrations`, or `migrations:` and the instance's name
   * @param options override the options of the module.
   * @throws ConfigurationError if `tenants.tolerated` is not valid
   */
  async check<Key extends string = 'migrations'>(
    key: Key = labelOf('migrations', this.name) as Key,
    options: HealthOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const { cache, timeout, details, tenants: limits, ...rules } = checkOptions(this.options.health, options);
    const read = async (): Promise<HealthReport> => {
      const reads = [this.read(cache, timeout, rules), this.readTenants(cache, timeout, limits)] as const;
      const [own, ofTenants] = await Promise.all(reads);
      const tenants = ofTenants && judgeTenants(ofTenants, limits);
      return withTenants(this.afterRun(own, rules, tenants), tenants);
    };
    const report = this.duringRun(rules) ?? (await read());
    return this.toResult(key, report.status, detailsOf(report, details));
  }

  /** A run in the background knows more than the history, and needs no read. */
  private duringRun({ running }: HealthRules): HealthReport | undefined {
    this.background.restartAfterConnectionLoss();
    const message = this.background.progress();
    if (message === undefined || running === 'ignore') return undefined;
    return { status: running, tracked: this.migrator.tracked, state: 'running', message };
  }

  /** Adds why the background run failed, unless someone has fixed it since, or only tenants failed and that is tolerated. */
  private afterRun(
    { isUpToDate, ...report }: JudgedReport,
    { failed }: HealthRules,
    tenants: TenantsReport | undefined,
  ): HealthReport {
    const message = this.background.failureMessage();
    const isTolerated = this.background.hasOnlyTenantsFailed && tenants?.status === 'up';
    const isFixed = isUpToDate && (this.background.isAllInHistory || isTolerated);
    if (message === undefined || isFixed || failed === 'ignore') return report;
    return { ...report, status: worstOf([report.status, failed]), state: 'failed', message };
  }

  private async read(cacheMs: number, timeoutMs: number, rules: HealthRules): Promise<JudgedReport> {
    const { tracked } = this.migrator;
    if (!tracked) return { status: 'up', tracked, message: nameless('tracking is off'), isUpToDate: false };
    const reading = await withinTimeout(this.cached(cacheMs), timeoutMs);
    if ('problem' in reading) return { status: 'down', tracked, message: nameless(reading.problem), isUpToDate: false };
    const { conditions, summary, up: isUpToDate } = reading.health;
    const { status, message, blocking } = judgeHealth(conditions, rules);
    return { status, tracked, message: nameless(message), summary, blocking, isUpToDate };
  }

  /** From the cache of the guards, which outlives slow reads. Undefined if tenants do not count. */
  private async readTenants(
    cacheMs: number,
    timeoutMs: number,
    { exceeded }: ResolvedModuleOptions['health']['tenants'],
  ): Promise<TenantsReading | undefined> {
    if (!this.fleet || exceeded === 'ignore') return undefined;
    const reading = this.fleet.known.all(cacheMs, timeoutMs).then(
      (standings) => ({ standings }),
      (error: unknown) => ({ problem: reasonOf(error) }),
    );
    return withinTimeout<TenantsReading>(reading, timeoutMs);
  }

  private toResult<Key extends string>(
    key: Key,
    status: HealthReport['status'],
    details: Record<string, unknown>,
  ): HealthIndicatorResult<Key> {
    const session = this.indicator.check(key);
    if (status === 'down') return session.down(details);
    // Terminus 11 supports only up and down.
    if (status === 'up' || typeof session.degraded !== 'function')
      return session.up(status === 'up' ? details : { ...details, degraded: true });
    return session.degraded(details);
  }

  /** Concurrent checks share one read, even without a cache, so reads do not pile up on a slow database. */
  private async cached(maxAgeMs: number): Promise<Reading> {
    if (this.latest && performance.now() - this.latest.readAt < maxAgeMs) return this.latest.reading;
    return (this.pendingRead ??= this.startRead());
  }

  private startRead(): Promise<Reading> {
    const read = this.readHealth().then((reading) => {
      // A run that ended during the read has made its result stale.
      if (this.pendingRead === read) {
        this.pendingRead = undefined;
        this.latest = { reading, readAt: performance.now() };
      }
      return reading;
    });
    return read;
  }

  private async readHealth(): Promise<Reading> {
    try {
      return { health: await this.migrator.health() };
    } catch (error) {
      return { problem: reasonOf(error) };
    }
  }
}

/** The result, or a problem after the timeout. The read continues, so that checks within the cache time can use it. */
function withinTimeout<T>(reading: Promise<T>, timeoutMs: number): Promise<T | { readonly problem: string }> {
  return withTimeout<T | { readonly problem: string }>(reading, timeoutMs, () => ({
    problem: `no answer within ${timeoutMs} ms`,
  }));
}
