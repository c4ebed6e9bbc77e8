import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import type { MigrationEvent } from '../core/events.js';
import { logEvent } from './event-log.js';

/** Everything that happens, as it happens. */
@Injectable()
export class MigrationEvents implements OnApplicationShutdown {
  private readonly subject = new Subject<MigrationEvent>();
  readonly events$: Observable<MigrationEvent> = this.subject.asObservable();

  readonly emit = (event: MigrationEvent): void => {
    logEvent(event);
    this.subject.next(event);
  };

  onApplicationShutdown(): void {
    this.subject.complete();
  }
}
