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
import type { Finding } from '../../core/errors/finding.js';
import type { DriftEventBody } from '../../core/events/events.js';
import { compareFindings } from '../../core/status/findings.js';
import { withTimeout } from '../../timing/timeout.js';
import { Migrator } from '../../migrator/migrator.js';
import { DriftAlertChannel, type AlertChannel, type DriftAlert, type DriftResult } from './alert-channel.js';
import { MigrationEvents } from '../events/migration-events.js';
import type { ResolvedModuleOptions } from '../configuration/options.js';
import { INSTANCE_NAME, labelOf, RESOLVED_OPTIONS } from '../configuration/tokens.js';

/** Name of the job in the host's `SchedulerRegistry`. If the instance has a name, `:` and the name follow. */
export const DRIFT_JOB = 'nestjs-pg-migrations:drift';

/** Checks for drift on a schedule and alerts when the findings change. */
@Injectable()
export class DriftMonitor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private job: CronJob | undefined;
  private known: readonly Finding[] = [];
  private checkFailed = false;

  constructor(
    @Inject(Migrator) private readonly migrator: Migrator,
    @Inject(MigrationEvents) private readonly events: MigrationEvents,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedModuleOptions,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(INSTANCE_NAME) private readonly name: string,
    @Optional() @Inject(SchedulerRegistry) private readonly registry?: SchedulerRegistry,
  ) {}

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
    let findings: readonly Finding[];
    try {
      findings = await this.migrator.drift({ diff: true });
    } catch (error) {
      await this.fail(error);
      return;
    }
    this.checkFailed = false;
    const { appeared, resolved } = compareFindings(this.known, findings);
    this.known = findings;
    if (appeared.length > 0)
      await this.report({ type: 'drift-found', findings: appeared }, { type: 'found', findings: appeared });
    if (resolved.length > 0)
      await this.report({ type: 'drift-resolved', findings: resolved }, { type: 'resolved', findings: resolved });
  }

  /** Reports only the first of several failed checks. Earlier findings stay known: a failed check resolves nothing. */
  private async fail(cause: unknown): Promise<void> {
    if (this.checkFailed) return;
    this.checkFailed = true;
    const error = cause instanceof Error ? cause.message : 'unknown error';
    await this.report({ type: 'drift-check-failed', error }, { type: 'check-failed', error });
  }

  private async report(event: DriftEventBody, result: DriftResult): Promise<void> {
    const { target } = this.migrator;
    this.events.emit({ ...event, target, at: new Date() });
    const alert = { ...result, instance: this.name || undefined, target };
    const channels = this.discovery
      .getProviders({ metadataKey: DriftAlertChannel.KEY })
      .map(({ instance }) => instance as AlertChannel | undefined)
      .filter((channel) => channel !== undefined);
    await Promise.all(channels.map((channel) => this.deliver(channel, alert)));
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
      this.events.logger.error(
        `The alert channel ${channel.constructor.name} failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
