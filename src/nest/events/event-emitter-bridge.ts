import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { MigrationEvent } from '../../core/events/events.js';
import { MigrationEvents } from './migration-events.js';

/** The part of `EventEmitter2` that is used. */
interface Emitter {
  emit(name: string, event: MigrationEvent): boolean;
}

/**
 * Forwards events to `@nestjs/event-emitter` if the application uses it, as `migrations.<type>`. Events from before the
 * application has started are not forwarded: there are no listeners yet.
 */
@Injectable()
export class EventEmitterBridge implements OnApplicationBootstrap {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MigrationEvents) private readonly events: MigrationEvents,
  ) {}

  onApplicationBootstrap(): void {
    // Found by name, so that the package need not be installed.
    const provider = this.discovery.getProviders().find(({ name }) => name === 'EventEmitter2');
    const emitter = provider?.instance as Partial<Emitter> | undefined;
    if (typeof emitter?.emit !== 'function') return;
    this.events.events$.subscribe((event) => this.pass(emitter as Emitter, event));
  }

  /** A throwing listener of the application must not break a run. */
  private pass(emitter: Emitter, event: MigrationEvent): void {
    try {
      emitter.emit(`migrations.${event.type}`, event);
    } catch (error) {
      this.events.logger.error(`A listener of migrations.${event.type} failed: ${String(error)}`);
    }
  }
}
