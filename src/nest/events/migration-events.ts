import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { findingKey } from '../../core/errors/finding.js';
import type { MigrationEvent } from '../../core/events/events.js';
import { renderEvent } from '../../core/events/render-event.js';
import { EventLogger } from './event-logger.js';
import type { ResolvedModuleOptions } from '../configuration/options.js';
import { INSTANCE_NAME } from '../../composition/instance-tokens.js';
import { labelOf, RESOLVED_OPTIONS } from '../configuration/tokens.js';

/** Emits and logs the events of one instance. */
@Injectable()
export class MigrationEvents implements OnApplicationShutdown {
  private readonly logged = new Set<string>();
  private readonly subject = new Subject<MigrationEvent>();
  /** All events from the time of subscribing. Completes on shutdown. */
  readonly events$: Observable<MigrationEvent> = this.subject.asObservable();

  /** With the name of the instance in its context. */
  readonly logger: EventLogger;

  constructor(
    @Inject(INSTANCE_NAME) name: string,
    @Inject(RESOLVED_OPTIONS) private readonly options: Pick<ResolvedModuleOptions, 'onEvent'>,
  ) {
    this.logger = new EventLogger(labelOf('Migrations', name));
  }

  /** Logs an event and passes it to subscribers. A failed run is not logged, because the thrown error reports it. */
  readonly emit = (event: MigrationEvent): void => {
    for (const line of renderEvent(this.withoutLogged(event))) this.logger.write(line, event);
    this.subject.next(event);
    try {
      this.options.onEvent?.(event);
    } catch (error) {
      this.logger.error(`The onEvent listener failed on ${event.type}: ${String(error)}`);
    }
  };

  /** The first drift check after a run does not log again what the run has already warned about. */
  private withoutLogged(event: MigrationEvent): MigrationEvent {
    if (event.type === 'warning') this.logged.add(findingKey(event.finding));
    if (event.type !== 'drift-found') return event;
    return { ...event, findings: event.findings.filter((each) => !this.logged.delete(findingKey(each))) };
  }

  onApplicationShutdown(): void {
    this.subject.complete();
  }
}
