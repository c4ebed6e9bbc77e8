import { pause } from '../../timing/pause.js';

/** The place of one migration in the queue of its process. */
export interface QueuePlace {
  /** True if no other migration of this process comes before it. */
  isFirst(): boolean;
  /** True while a migration of this process has the turn. */
  isTurnOurs(): boolean;
  /** Waits until it is first, but not for longer, and not after the signal is aborted. Never rejects. */
  untilFirst(limitMs: number, signal?: AbortSignal): Promise<void>;
  /** Call it once this migration has the turn. */
  tookTurn(): void;
  leave(): void;
}

/**
 * The migrations of this process that wait for the turn in one database or have it, in the order of arrival. Only the
 * first one tries to take it, so that other processes get it in between; the next one tries as soon as the first one ends.
 */
export class TurnQueue {
  private readonly places: AbortController[] = [];
  private isTurnOurs = false;

  join(): QueuePlace {
    const { places } = this;
    const own = new AbortController(); // aborted once it is first
    const isFirst = (): boolean => places[0] === own;
    places.push(own);
    return {
      isFirst,
      isTurnOurs: () => this.isTurnOurs,
      untilFirst: (limitMs, signal) => pause(limitMs, signal ? AbortSignal.any([own.signal, signal]) : own.signal),
      tookTurn: () => {
        this.isTurnOurs = true;
      },
      leave: () => {
        if (isFirst()) this.isTurnOurs = false;
        places.splice(places.indexOf(own), 1);
        places[0]?.abort();
      },
    };
  }
}
