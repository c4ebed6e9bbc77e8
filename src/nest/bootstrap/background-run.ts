import { Inject, Injectable, type BeforeApplicationShutdown, type Logger } from '@nestjs/common';
import { DatabaseConnectionError } from '../../core/errors/database-errors.js';
import { MigrationError } from '../../core/errors/migration-error.js';
import { MigrationFailedError } from '../../core/errors/migration-failed.js';
import { InterruptedError } from '../../core/errors/run-errors.js';
import { messageOfAny } from '../../core/errors/wording.js';
import { RolloutStoppedError } from '../../core/tenants/rollout-stopped.js';
import type { MigrationEvent } from '../../core/events/events.js';
import { Migrator } from '../../migrator/migrator.js';
import type { MigrationRun } from '../../migrator/run/run-report.js';
import { retry } from '../../timing/retry.js';
import { MigrationEvents } from '../events/migration-events.js';
import type { ResolvedModuleOptions } from '../configuration/options.js';
import { FLEET, type TenantFleet } from '../configuration/tenants.js';
import { RESOLVED_OPTIONS } from '../configuration/tokens.js';
import { nameless, type ReportText } from './report-text.js';

/** The run for `onBootstrap: 'background'`. */
@Injectable()
export class BackgroundRun implements BeforeApplicationShutdown {
  private readonly logger: Logger;
  private readonly shutdown = new AbortController();
  private running: Promise<unknown> | undefined;
  private failure: { readonly message: ReportText; readonly isOfTenants: boolean } | undefined;
  private rollingOut: { readonly behind: number; readonly since: number } | undefined;
  private lostConnection = false;
  private waitingFor = 'the database';
  private current:
    { readonly file: string; readonly number: number; readonly of: number; readonly since: number } | undefined;

  constructor(
    @Inject(Migrator) private readonly migrator: Migrator,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedModuleOptions,
    @Inject(MigrationEvents) events: MigrationEvents,
    @Inject(FLEET) private readonly fleet: TenantFleet | undefined,
  ) {
    this.logger = events.logger;
    events.events$.subscribe((event) => this.follow(event));
  }

  private follow(event: MigrationEvent): void {
    if (event.type === 'rollout-started') this.rollingOut = { behind: event.behind, since: performance.now() };
    if (event.type === 'rollout-finished' || event.type === 'rollout-stopped') this.rollingOut = undefined;
    if (event.tenant !== undefined) return; // of one tenant among many
    if (event.type === (this.fleet ? 'rollout-finished' : 'run-finished')) this.failure = undefined;
    if (event.type === 'run-started' || event.type === 'connection-retry') this.current = undefined;
    if (event.type === 'connection-retry') this.waitingFor = 'the database, which cannot be reached';
    if (event.type === 'lock-waiting') this.waitingFor = 'another process, which is migrating';
    if (event.type === 'migration-started') this.current = { ...event, since: performance.now() };
  }

  /**
   * Starts the run in the background. Connection failures are retried with backoff, for as long as the option
   * `timeouts.connectRetry` allows. SQL errors are not retried.
   *
   * @returns a promise of the run, which rejects if it failed. It need not be awaited.
   */
  start(): Promise<MigrationRun | undefined> {
    this.lostConnection = false;
    const run = retry(() => this.migrateAll(), {
      forMs: this.options.timeouts.connectRetry,
      isTransient: isConnectionFailure,
      signal: this.shutdown.signal,
      onRetry: ({ error }) => this.logger.warn(`${(error as DatabaseConnectionError).reason} Migrating again`),
    });
    this.running = run.then(
      () => (this.running = undefined),
      (error: unknown) => {
        this.running = undefined;
        this.failure = { message: publicReason(error), isOfTenants: error instanceof RolloutStoppedError };
        this.lostConnection = isConnectionFailure(error);
        if (error instanceof InterruptedError) return; // logged already, before the process ended
        this.logger.error(messageOfAny(error));
      },
    );
    return run;
  }

  /** @returns the run of the shared files; undefined if there are none. */
  private async migrateAll(): Promise<MigrationRun | undefined> {
    return this.fleet ? (await this.fleet.migrate()).shared : this.migrator.migrate();
  }

  /** Restarts the run if its connection failed. Called by each health check. */
  restartAfterConnectionLoss(): void {
    if (!this.lostConnection) return;
    this.start().catch(() => {}); // already logged
  }

  /** The progress of the run; undefined if none is running. */
  progress(): ReportText | undefined {
    if (!this.running) return undefined;
    if (this.rollingOut)
      return nameless(`migrating ${this.rollingOut.behind} tenants, ${secondsSince(this.rollingOut)} s`);
    if (!this.current) return nameless(`migrating: waiting for ${this.waitingFor}`);
    const { file, number, of, since } = this.current;
    const text = `migrating, ${number} of ${of}, ${secondsSince({ since })} s`;
    return { full: `${text} in ${file}`, nameless: text };
  }

  /** Why the last run failed; undefined if it did not, or if a later run succeeded. */
  failureMessage(): ReportText | undefined {
    return this.failure?.message;
  }

  /** True if the shared files have been applied, and the rollout over tenants stopped early. */
  get hasOnlyTenantsFailed(): boolean {
    return this.failure?.isOfTenants ?? false;
  }

  /** False if tenants may be behind though the shared history is up to date. */
  get isAllInHistory(): boolean {
    return this.fleet === undefined;
  }

  /** Ends a pause before another attempt; the module itself stops what is running. */
  beforeApplicationShutdown(): void {
    this.shutdown.abort();
  }
}

function secondsSince({ since }: { readonly since: number }): number {
  return Math.round((performance.now() - since) / 1000);
}

/** A failure that a retry may fix. */
function isConnectionFailure(error: unknown): boolean {
  return error instanceof DatabaseConnectionError && (error.code === 'CONNECTION_LOST' || error.code === 'UNREACHABLE');
}

/** Health reports are public: name the file, the SQLSTATE or our own code, but quote nothing from the server. */
function publicReason(error: unknown): ReportText {
  if (error instanceof MigrationFailedError) {
    const code = `SQLSTATE ${error.failure.server.sqlstate}`;
    return { full: `${error.file} failed (${code})`, nameless: `a migration failed (${code})` };
  }
  if (error instanceof RolloutStoppedError) {
    const { failed } = error.report.counts;
    return nameless(
      `the rollout stopped, ${failed} of ${error.report.tenants.length} tenants failed (${error.code}); see the log`,
    );
  }
  const code = error instanceof MigrationError ? ` (${error.code})` : '';
  return nameless(`the migration run failed${code}; see the log`);
}
