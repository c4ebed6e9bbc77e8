import { Inject, Injectable, type Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { MigrationFailedError } from '../core/migration-failed.js';
import type { MigrationRun } from '../migrator/migrate.js';
import { loggerOf } from './logger.js';
import { INSTANCE_NAME } from './tokens.js';
import { MigrationEvents } from './migration-events.js';

/** What a run that goes on while the application serves has to say to health. */
export type BackgroundState =
  { readonly kind: 'running'; readonly message: string } | { readonly kind: 'failed'; readonly message: string };

/** The run of `onBootstrap: "background"`. */
@Injectable()
export class BackgroundRun implements BeforeApplicationShutdown {
  private readonly logger: Logger;
  private readonly controller = new AbortController();
  private running: Promise<unknown> | undefined;
  private failure: string | undefined;
  private progress:
    { readonly file: string; readonly number: number; readonly of: number; readonly since: number } | undefined;

  constructor(@Inject(MigrationEvents) events: MigrationEvents, @Inject(INSTANCE_NAME) name: string) {
    this.logger = loggerOf(name);
    events.events$.subscribe((event) => {
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
        this.logger.error(error instanceof Error ? error.message : String(error));
      },
    );
    return run;
  }

  /** Undefined when there is nothing under way and nothing failed: then the history tells. */
  state(): BackgroundState | undefined {
    if (this.failure !== undefined) return { kind: 'failed', message: this.failure };
    if (!this.running) return undefined;
    if (!this.progress)
      return { kind: 'running', message: 'migrating: waiting for the database or for another process' };
    const { file, number, of, since } = this.progress;
    return {
      kind: 'running',
      message: `migrating, ${number} of ${of}, ${Math.round((Date.now() - since) / 1000)} s in ${file}`,
    };
  }

  /** An application that shuts down gives the run up; what is under way is rolled back. */
  async beforeApplicationShutdown(): Promise<void> {
    this.controller.abort('the shutdown of the application');
    await this.running;
  }
}

/** Health reports are public: the file and the SQLSTATE, and no words of the server. */
function inShort(error: unknown): string {
  return error instanceof MigrationFailedError
    ? `${error.file} failed (SQLSTATE ${error.failure.server.sqlstate})`
    : 'the migration run failed; see the log';
}
