import { Inject, Injectable, type Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import type { MigrationEvent } from '../../core/events/events.js';
import { loggerOf } from './logger.js';
import { INSTANCE_NAME } from '../tokens.js';
import { logEvent } from './event-log.js';

/** Everything that happens, as it happens. */
@Injectable()
export class MigrationEvents implements OnApplicationShutdown {
  private readonly subject = new Subject<MigrationEvent>();
  readonly events$: Observable<MigrationEvent> = this.subject.asObservable();

  private readonly logger: Logger;

  constructor(@Inject(INSTANCE_NAME) name: string) {
    this.logger = loggerOf(name);
  }

  readonly emit = (event: MigrationEvent): void => {
    logEvent(this.logger, event);
    this.subject.next(event);
  };

  onApplicationShutdown(): void {
    this.subject.complete();
  }
}
