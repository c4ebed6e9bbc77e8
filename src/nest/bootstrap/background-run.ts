import { Inject, Injectable, type Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { InterruptedError, MigrationError } from '../../core/errors/errors.js';
import { MigrationFailedError } from '../../core/errors/migration-failed.js';
import type { MigrationRun } from '../../migrator/run/migrate.js';
import { loggerOf } from '../events/logger.js';
import { INSTANCE_NAME } from '../tokens.js';
import { MigrationEvents } from '../events/migration-events.js';

/** The run of `onBootstrap: "background"`. */
@Injectable()
export class BackgroundRun implements BeforeApplicationShutdown {
  private readonly logger: Logger;
  private readonly controller = new AbortController();
  private running: Promise<unknown> | undefined;
  private failure: string | undefined;
  private waitingFor = 'the database';
  private progress:
    { readonly file: string; readonly number: number; readonly of: number; readonly since: number } | undefined;

  constructor(@Inject(MigrationEvents) events: MigrationEvents, @Inject(INSTANCE_NAME) name: string) {
    this.logger = loggerOf(name);
    events.events$.subscribe((event) => {
      if (event.type === 'run-finished' && event.succeeded) this.failure = undefined;
      if (event.type === 'connection-retry') this.waitingFor = 'the database, which cannot be reached';
      if (event.type === 'waiting-for-lock') this.waitingFor = 'another process, which is migrating';
      if (event.type === 'migration-started') this.progress = { ...event, since: Date.now() };
    });
  }

  /**
   * Begins it and returns at once. @returns resolves with the run, and rejects when it failed; it may be left alone.
   */
  start(migrate: (signal: AbortSignal) => Promise<MigrationRun>): Promise<MigrationRun> {
    const run = migrate(this.controller.signal);
    this.running = run.then(
      () => (this.running = undefined),
      (error: unknown) => {
        this.running = undefined;
        this.failure = inShort(error);
        if (error instanceof InterruptedError) return; // told already, before the process ended
        this.logger.error(error instanceof Error ? error.message : String(error));
      },
    );
    return run;
  }

  /** How far it is; undefined when nothing is under way. */
  progressMessage(): string | undefined {
    if (!this.running) return undefined;
    if (!this.progress) return `migrating: waiting for ${this.waitingFor}`;
    const { file, number, of, since } = this.progress;
    return `migrating, ${number} of ${of}, ${Math.round((Date.now() - since) / 1000)} s in ${file}`;
  }

  /** Why it failed; undefined when it did not, or when a run has succeeded since. */
  failureMessage(): string | undefined {
    return this.failure;
  }

  /** An application that shuts down gives the run up; what is under way is rolled back. */
  async beforeApplicationShutdown(): Promise<void> {
    this.controller.abort('the shutdown of the application');
    await this.running;
  }
}

/** Health reports are public: the file, the SQLSTATE or our own code, and no words of the server. */
function inShort(error: unknown): string {
  if (error instanceof MigrationFailedError) return `${error.file} failed (SQLSTATE ${error.failure.server.sqlstate})`;
  const code = error instanceof MigrationError ? ` (${error.code})` : '';
  return `the migration run failed${code}; see the log`;
}
