import {
  Inject,
  Injectable,
  type Logger,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { firstValueFrom, from, throwError, timeout } from 'rxjs';
import { compareFindings, type DriftFinding } from '../../core/status/drift.js';
import { Migrator } from '../../migrator/migrator.js';
import { DriftAlertChannel, type AlertChannel, type DriftAlert, type DriftNews } from './alert-channel.js';
import { MigrationEvents } from '../events/migration-events.js';
import type { ResolvedModuleOptions } from '../options.js';
import { loggerOf } from '../events/logger.js';
import { INSTANCE_NAME, RESOLVED_OPTIONS } from '../tokens.js';

/** Name of the job in the host's `SchedulerRegistry`; a colon and the name of the instance follow when it has one. */
export const DRIFT_JOB = 'nestjs-pg-migrations:drift';

/** Looks for history drift on a schedule and alerts when the findings change. */
@Injectable()
export class DriftMonitor implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger: Logger;
  private job: CronJob | undefined;
  private known: readonly DriftFinding[] = [];
  private couldNotLook = false;

  constructor(
    @Inject(Migrator) private readonly migrator: Migrator,
    @Inject(MigrationEvents) private readonly events: MigrationEvents,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedModuleOptions,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(INSTANCE_NAME) private readonly name: string,
    @Optional() @Inject(SchedulerRegistry) private readonly registry?: SchedulerRegistry,
  ) {
    this.logger = loggerOf(name);
  }

  onApplicationBootstrap(): void {
    const { enabled, cron, timeZone } = this.options.drift;
    if (!enabled || !this.migrator.tracked) return;
    this.job = CronJob.from({
      cronTime: cron,
      timeZone: timeZone ?? null,
      onTick: () => this.look(),
      waitForCompletion: true,
      unrefTimeout: true,
    });
    this.registry?.addCronJob(this.name === '' ? DRIFT_JOB : `${DRIFT_JOB}:${this.name}`, this.job);
    this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job?.stop();
  }

  /** One look, as the schedule does it. Never throws. */
  async look(): Promise<void> {
    let findings: readonly DriftFinding[];
    try {
      findings = await this.migrator.drift();
    } catch (error) {
      await this.cannotLook(error);
      return;
    }
    this.couldNotLook = false;
    const { appeared, resolved } = compareFindings(this.known, findings);
    this.known = findings;
    if (appeared.length > 0) {
      this.events.emit({ type: 'drift-found', findings: appeared });
      await this.alert({ type: 'found', findings: appeared });
    }
    if (resolved.length > 0) {
      this.events.emit({ type: 'drift-resolved', findings: resolved });
      await this.alert({ type: 'resolved', findings: resolved });
    }
  }

  /** Said once, until a look succeeds. What was found before stays known: not having looked resolves nothing. */
  private async cannotLook(cause: unknown): Promise<void> {
    if (this.couldNotLook) return;
    this.couldNotLook = true;
    const error = cause instanceof Error ? cause.message : 'unknown error';
    this.events.emit({ type: 'drift-check-failed', error });
    await this.alert({ type: 'could-not-look', error });
  }

  private async alert(news: DriftNews): Promise<void> {
    const alert = { ...news, instance: this.name || undefined, table: this.options.table };
    const channels = this.discovery
      .getProviders({ metadataKey: DriftAlertChannel.KEY })
      .map(({ instance }) => instance as AlertChannel | undefined)
      .filter((channel) => channel !== undefined);
    await Promise.all(channels.map((channel) => this.deliver(channel, alert)));
  }

  /** A channel that never returns would end the watch, and hold up the shutdown. */
  private async inTime(work: void | Promise<void>): Promise<void> {
    const { alertTimeout } = this.options.drift;
    const late = (): Error => new Error(`it took longer than ${alertTimeout} ms`);
    await firstValueFrom(
      from(Promise.resolve(work)).pipe(timeout({ first: alertTimeout, with: () => throwError(late) })),
    );
  }

  private async deliver(channel: AlertChannel, alert: DriftAlert): Promise<void> {
    try {
      await this.inTime(channel.alert(alert));
    } catch (error) {
      this.logger.error(
        `The alert channel ${channel.constructor.name} failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
