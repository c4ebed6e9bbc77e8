import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { DatabaseError } from '../../core/errors/database-errors.js';
import { MigrationError, type MigrationErrorCode } from '../../core/errors/migration-error.js';
import { withTimeout } from '../../timing/timeout.js';
import { Migrator } from '../../migrator/migrator.js';
import { BackgroundRun } from '../bootstrap/background-run.js';
import { MigrationEvents } from '../events/migration-events.js';
import type { HealthOptions, ResolvedModuleOptions } from '../configuration/options.js';
import { INSTANCE_NAME, labelOf, RESOLVED_OPTIONS } from '../configuration/tokens.js';

interface Result {
  readonly up: boolean;
  readonly details: Record<string, unknown>;
}

const RUN_ENDS: ReadonlySet<string> = new Set(['run-finished', 'run-failed', 'run-refused', 'run-interrupted']);

/** Health for `@nestjs/terminus`: down while a migration in this release's directory is pending, failed or running. */
@Injectable()
export class MigrationsHealthIndicator {
  private latest: { readonly result: Result; readonly readAt: number } | undefined;
  private pendingRead: Promise<Result> | undefined;

  constructor(
    @Inject(Migrator) private readonly migrator: Migrator,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedModuleOptions,
    @Inject(BackgroundRun) private readonly background: BackgroundRun,
    @Inject(HealthIndicatorService) private readonly indicator: HealthIndicatorService,
    @Inject(INSTANCE_NAME) private readonly name: string,
    @Inject(MigrationEvents) events: MigrationEvents,
  ) {
    events.events$.subscribe((event) => {
      if (RUN_ENDS.has(event.type)) this.latest = this.pendingRead = undefined;
    });
  }

  /**
   * @param key name of the entry in the health report. @default `migrations`, or `migrations:` and the instance's name
   * @param options override the options of the module.
   */
  async check<Key extends string = 'migrations'>(
    key: Key = labelOf('migrations', this.name) as Key,
    options: HealthOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const { cache, timeout: timeoutMs } = { ...this.options.health, ...options };
    const result = this.backgroundProgress() ?? this.withFailure(await withinTimeout(this.cached(cache), timeoutMs));
    const session = this.indicator.check(key);
    return result.up ? session.up(result.details) : session.down(result.details);
  }

  /** A run in the background knows more than the history, and needs no read. */
  private backgroundProgress(): Result | undefined {
    this.background.restartAfterConnectionLoss();
    const message = this.background.progressMessage();
    return message === undefined
      ? undefined
      : { up: false, details: { tracked: this.migrator.tracked, state: 'running', message } };
  }

  /** Adds why the background run failed, unless the history is up to date: someone may have fixed it since. */
  private withFailure(result: Result): Result {
    const message = this.background.failureMessage();
    if (message === undefined || (result.up && this.migrator.tracked)) return result;
    return { up: false, details: { ...result.details, state: 'failed', message } };
  }

  /** Concurrent checks share one read, even without a cache, so reads do not pile up on a slow database. */
  private async cached(maxAgeMs: number): Promise<Result> {
    if (this.latest && performance.now() - this.latest.readAt < maxAgeMs) return this.latest.result;
    return (this.pendingRead ??= this.startRead());
  }

  private startRead(): Promise<Result> {
    const readAt = performance.now();
    const read = this.read().then((result) => {
      // A run that ended during the read has made its result stale.
      if (this.pendingRead === read) {
        this.pendingRead = undefined;
        this.latest = { result, readAt };
      }
      return result;
    });
    return read;
  }

  private async read(): Promise<Result> {
    if (!this.migrator.tracked) return { up: true, details: { tracked: false, message: 'tracking is off' } };
    try {
      const { up, message, summary, blocking } = await this.migrator.health();
      return { up, details: { tracked: true, message, ...summary, ...(up ? {} : { blocking }) } };
    } catch (error) {
      return { up: false, details: { tracked: true, message: reason(error) } };
    }
  }
}

/** A message of our own: errors name addresses and roles, and health reports are public. */
function reason(error: unknown): string {
  if (error instanceof DatabaseError) return `the history cannot be read (SQLSTATE ${error.server.sqlstate})`;
  return (error instanceof MigrationError && REASONS[error.code]) || 'the state of the migrations cannot be determined';
}

const REASONS: Partial<Record<MigrationErrorCode, string>> = {
  UNREACHABLE: 'the database cannot be reached',
  CONNECTION_REFUSED: 'the database refused the connection',
  CONNECTION_LOST: 'the connection to the database was lost',
  HISTORY_TABLE: 'the history table cannot be used',
  INVALID_DIRECTORY: 'the migrations directory cannot be read',
};

/** The result, or down after the timeout. The read continues, for later checks. */
function withinTimeout(result: Promise<Result>, timeoutMs: number): Promise<Result> {
  const message = `no answer within ${timeoutMs} ms`;
  return withTimeout(result, timeoutMs, () => ({ up: false, details: { tracked: true, message } }));
}
