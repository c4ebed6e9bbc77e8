import { MAIN_DATABASE, type Tenant } from '../../core/tenants/tenant.js';
import { pause } from '../../timing/pause.js';

/** How long sessions are kept for a tenant that may come, in ms. */
const LINGER_MS = 1_000;

/**
 * Keeps the sessions of a worker for a moment: it does not know which tenant comes next. Databases of tenants are many,
 * so no session stays open in them.
 */
export class LingeringSessions {
  private last: (() => Promise<void>) | undefined;
  private keptAt = 0;
  private waiting: Promise<void> | undefined;

  /** @param signal aborted when no further tenant comes. */
  constructor(private readonly signal: AbortSignal) {}

  /** @param gone called when the sessions no longer need to be kept for this tenant. */
  async keep({ place }: Tenant, gone: () => Promise<void>): Promise<void> {
    if (place.database !== MAIN_DATABASE || this.signal.aborted) return gone();
    const previous = this.last;
    this.last = gone;
    this.keptAt = performance.now();
    this.waiting ??= this.wait();
    await previous?.();
  }

  /** Returns when nothing is kept any more. */
  async ended(): Promise<void> {
    await this.waiting;
  }

  private async wait(): Promise<void> {
    do await pause(LINGER_MS, this.signal);
    while (!this.signal.aborted && performance.now() - this.keptAt < LINGER_MS);
    this.waiting = undefined;
    const { last } = this;
    this.last = undefined;
    await last?.().catch(() => {});
  }
}
