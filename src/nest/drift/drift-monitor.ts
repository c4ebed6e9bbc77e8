import {
  Inject,
  Injectable,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { needsRecord } from '../../core/catalog/unchecked.js';
import type { Finding } from '../../core/errors/finding.js';
import { messageOfAny } from '../../core/errors/wording.js';
import type { DriftEventBody } from '../../core/events/events.js';
import { compareFindings } from '../../core/status/findings.js';
import type { IncidentReport } from '../../core/status/incidents.js';
import { isAtLeast } from '../../core/status/policy.js';
import { withTimeout } from '../../timing/timeout.js';
import { Migrator } from '../../migrator/migrator.js';
import { DriftAlertChannel, type AlertChannel, type DriftAlert, type DriftResult } from './alert-channel.js';
import { checkDrift, type CheckedDrift } from './check-drift.js';
import { IncidentTracker } from './incident-tracker.js';
import { WebhookChannel } from './webhook.js';
import { MigrationEvents } from '../events/migration-events.js';
import type { ResolvedModuleOptions } from '../configuration/options.js';
import { INSTANCE_NAME } from '../../composition/instance-tokens.js';
import { FLEET, type TenantFleet } from '../configuration/tenants.js';
import { labelOf, RESOLVED_OPTIONS } from '../configuration/tokens.js';

/** Name of the job in the host's `SchedulerRegistry`. If the instance has a name, `:` and the name follow. */
export const DRIFT_JOB = 'nestjs-pg-migrations:drift';

const ALONE =
  'The incidents table cannot be written, so each process sends its own drift alerts. To let only one process send them, grant SELECT, INSERT and UPDATE on the table: see docs/history-table.md';

/** Checks for drift on a schedule and alerts when the findings change. */
@Injectable()
export class DriftMonitor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private job: CronJob | undefined;
  /** Findings that are logged but not sent to channels. */
  private known: readonly Finding[] = [];
  private failingSince: number | undefined;
  private readonly tracker: IncidentTracker;
  private readonly webhooks: readonly AlertChannel[];

  constructor(
    @Inject(Migrator) private readonly migrator: Migrator,
    @Inject(MigrationEvents) private readonly events: MigrationEvents,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedModuleOptions,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(INSTANCE_NAME) private readonly name: string,
    @Inject(FLEET) private readonly fleet: TenantFleet | undefined,
    @Optional() @Inject(SchedulerRegistry) private readonly registry?: SchedulerRegistry,
  ) {
    const { reminder, webhooks } = options.drift;
    this.tracker = new IncidentTracker(migrator.incidents, reminder, () => events.logger.log(ALONE));
    this.webhooks = webhooks.map((webhook) => new WebhookChannel(webhook));
  }

  onApplicationBootstrap(): void {
    const { enabled, cron, timeZone } = this.options.drift;
    if (!enabled || !this.migrator.tracked) return;
    this.job = CronJob.from({
      cronTime: cron,
      timeZone: timeZone ?? null,
      onTick: () => this.check(),
      waitForCompletion: true,
      unrefTimeout: true,
    });
    this.registry?.addCronJob(labelOf(DRIFT_JOB, this.name), this.job);
    this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job?.stop();
  }

  /** Runs one check. Never throws. */
  async check(): Promise<void> {
    let checked: CheckedDrift;
    let incidents: IncidentReport;
    try {
      checked = await checkDrift(this.migrator, this.options.drift.tenants ? this.fleet : undefined);
      incidents = await this.tracker.report(
        checked.findings.filter((each) => this.mustAlert(each)),
        checked.isUnchecked,
      );
    } catch (error) {
      await this.fail(error);
      return;
    }
    const { findings, isUnchecked, error } = checked;
    await (error === undefined ? this.recover() : this.fail(error));
    const quiet = findings.filter((each) => !this.mustAlert(each));
    const { appeared } = compareFindings(this.known, quiet);
    this.known = [...quiet, ...this.known.filter(isUnchecked)];
    await this.reportChanges(appeared, incidents);
    await this.tracker.confirm();
    // An application that does not migrate leaves this to the one that does.
    const migrates = ['migrate', 'background'].includes(this.options.onBootstrap);
    if (migrates && needsRecord(findings)) await this.migrator.refreshCatalog();
  }

  private mustAlert(found: Finding): boolean {
    return isAtLeast('alert', this.options.policy, found);
  }

  /** @param quiet new findings that each process logs and that are not sent to channels. */
  private async reportChanges(
    quiet: readonly Finding[],
    { opened, reminders, resolved }: IncidentReport,
  ): Promise<void> {
    if (quiet.length + opened.length > 0) this.emit({ type: 'drift-found', findings: [...opened, ...quiet] });
    if (opened.length > 0) await this.alert({ type: 'found', findings: opened });
    if (reminders.length > 0) {
      this.emit({ type: 'drift-reminder', findings: reminders });
      await this.alert({ type: 'reminder', findings: reminders });
    }
    for (const { finding, durationMs } of resolved) {
      this.emit({ type: 'drift-resolved', findings: [finding], durationMs });
      await this.alert({ type: 'resolved', findings: [finding], durationMs });
    }
  }

  /** Reports only the first of several failed checks in a row. A failed check resolves nothing. */
  private async fail(cause: unknown): Promise<void> {
    if (this.failingSince !== undefined) return;
    this.failingSince = performance.now();
    const error = cause instanceof Error ? cause.message : 'unknown error';
    this.emit({ type: 'drift-check-failed', error });
    await this.alert({ type: 'check-failed', error });
  }

  private async recover(): Promise<void> {
    if (this.failingSince === undefined) return;
    const durationMs = Math.round(performance.now() - this.failingSince);
    this.failingSince = undefined;
    this.emit({ type: 'drift-check-recovered', durationMs });
    await this.alert({ type: 'check-recovered', durationMs });
  }

  private emit(event: DriftEventBody): void {
    this.events.emit({ ...event, target: this.migrator.target, at: new Date() });
  }

  private async alert(result: DriftResult): Promise<void> {
    const alert = { ...result, instance: this.name || undefined, target: this.migrator.target };
    const channels = this.discovery
      .getProviders({ metadataKey: DriftAlertChannel.KEY })
      .map(({ instance }) => instance as AlertChannel | undefined)
      .filter((channel) => channel !== undefined);
    await Promise.all([...channels, ...this.webhooks].map((channel) => this.deliver(channel, alert)));
  }

  /** A channel that never returns would stop the checks and delay the shutdown. */
  private async withinTimeout(work: void | Promise<void>): Promise<void> {
    const { alertTimeout } = this.options.drift;
    await withTimeout(Promise.resolve(work), alertTimeout, () => {
      throw new Error(`it took longer than ${alertTimeout} ms`);
    });
  }

  private async deliver(channel: AlertChannel, alert: DriftAlert): Promise<void> {
    try {
      await this.withinTimeout(channel.alert(alert));
    } catch (error) {
      this.events.logger.error(`The alert channel ${channel.constructor.name} failed: ${messageOfAny(error)}`);
    }
  }
}
