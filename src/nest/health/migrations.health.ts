import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { firstValueFrom, from, of, timeout } from 'rxjs';
import { DatabaseError, MigrationError, type MigrationErrorCode } from '../../core/errors/errors.js';
import { Migrator } from '../../migrator/migrator.js';
import { BackgroundRun } from '../bootstrap/background-run.js';
import { MigrationEvents } from '../events/migration-events.js';
import type { HealthOptions, ResolvedModuleOptions } from '../options.js';
import { INSTANCE_NAME, RESOLVED_OPTIONS } from '../tokens.js';

interface Answer {
  readonly up: boolean;
  readonly details: Record<string, unknown>;
}

/**
 * Health for `@nestjs/terminus`: down while a migration of this release's own directory is pending, failed or running.
 */
@Injectable()
export class MigrationsHealthIndicator {
  private latest: { readonly answer: Answer; readonly askedAt: number } | undefined;
  private asking: Promise<Answer> | undefined;

  constructor(
    @Inject(Migrator) private readonly migrator: Migrator,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedModuleOptions,
    @Inject(BackgroundRun) private readonly background: BackgroundRun,
    @Inject(HealthIndicatorService) private readonly indicator: HealthIndicatorService,
    @Inject(INSTANCE_NAME) private readonly name: string,
    @Inject(MigrationEvents) events: MigrationEvents,
  ) {
    events.events$.subscribe((event) => {
      if (event.type === 'run-finished') this.latest = this.asking = undefined;
    });
  }

  /**
   * @param key name of the entry in the health report. Default `migrations`, or `migrations:` and the name of the
   *   instance.
   * @param options override what the module was given.
   */
  async check<Key extends string = 'migrations'>(
    key: Key = (this.name === '' ? 'migrations' : `migrations:${this.name}`) as Key,
    options: HealthOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const { cache, timeout: timeoutMs } = { ...this.options.health, ...options };
    const answer = this.underWay() ?? this.withFailure(await within(timeoutMs, this.recent(cache)));
    const session = this.indicator.check(key);
    return answer.up ? session.up(answer.details) : session.down(answer.details);
  }

  /** A run in the background knows more than the history, and needs no read. */
  private underWay(): Answer | undefined {
    const message = this.background.progressMessage();
    return message === undefined
      ? undefined
      : { up: false, details: { tracked: this.migrator.tracked, state: 'running', message } };
  }

  /** Why the run in the background failed, for as long as the history is not up to date: somebody may have put it right since. */
  private withFailure(answer: Answer): Answer {
    const message = this.background.failureMessage();
    if (message === undefined || (answer.up && this.migrator.tracked)) return answer;
    return { up: false, details: { ...answer.details, state: 'failed', message } };
  }

  /** Checks that come while a read is under way share it, cache or not: a slow database gets no heap of reads. */
  private async recent(cache: number): Promise<Answer> {
    if (this.latest && Date.now() - this.latest.askedAt < cache) return this.latest.answer;
    return (this.asking ??= this.ask());
  }

  private ask(): Promise<Answer> {
    const askedAt = Date.now();
    const asking = this.look().then((answer) => {
      // A run that finished meanwhile has made this answer old.
      if (this.asking === asking) {
        this.asking = undefined;
        this.latest = { answer, askedAt };
      }
      return answer;
    });
    return asking;
  }

  private async look(): Promise<Answer> {
    if (!this.migrator.tracked) return { up: true, details: { tracked: false, message: 'nothing is tracked' } };
    try {
      const { up, message, summary, blocking } = await this.migrator.health();
      return { up, details: { tracked: true, message, ...summary, ...(up ? {} : { blocking }) } };
    } catch (error) {
      return { up: false, details: { tracked: true, message: reason(error) } };
    }
  }
}

/** Messages of our own for what went wrong: the errors' name addresses and roles, and health reports are public. */
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

/** The answer, or that there was none in time; the read goes on, and others may get it. */
function within(timeoutMs: number, answer: Promise<Answer>): Promise<Answer> {
  const late: Answer = { up: false, details: { tracked: true, message: `no answer within ${timeoutMs} ms` } };
  return firstValueFrom(from(answer).pipe(timeout({ first: timeoutMs, with: () => of(late) })));
}
