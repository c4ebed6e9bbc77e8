import { notReadyBecause } from '../core/tenants/readiness.js';
import type { TenantStanding } from '../core/tenants/standing.js';

/** How long to remember that a tenant can be served, in ms: only a rare accident changes that. */
const READY_MS = 60_000;

/** What is known about a tenant. */
interface Known {
  readonly standing: TenantStanding | undefined;
  /** When that was so. */
  readonly at: number;
  /** True if it is known to have changed since. */
  readonly isOutdated?: boolean;
}

/** The states of all tenants, read together and remembered. */
export class KnownStandings {
  /** As they were read. */
  private found: readonly TenantStanding[] = [];
  private standings: ReadonlyMap<string, TenantStanding> = new Map();
  private readAt = Number.NEGATIVE_INFINITY;
  /** What happened to tenants after the latest read had begun. */
  private readonly later = new Map<string, Known>();
  private reading: Promise<void> | undefined;
  private failure: { readonly error: unknown; readonly at: number } | undefined;

  /** @param read reads the state of every tenant. */
  constructor(private readonly read: () => Promise<readonly TenantStanding[]>) {}

  /**
   * The state of a tenant; undefined if it is not on the list. One that could be served still can while nothing can be read.
   *
   * @param cacheMs how long it is remembered that a tenant cannot be served, or that nothing can be read.
   * @throws what reading throws.
   */
  async of(name: string, cacheMs: number): Promise<TenantStanding | undefined> {
    try {
      const { at } = this.known(name);
      if (performance.now() - at >= (this.isReady(name) ? READY_MS : cacheMs)) await this.refresh(cacheMs);
      while (this.known(name).isOutdated) await this.refresh(cacheMs); // that read may have begun before the change
    } catch (error) {
      if (!this.isReady(name)) throw error;
    }
    return this.known(name).standing;
  }

  /** The states of all tenants, in the order of the list. @param cacheMs how old they may be. @throws what reading throws. */
  async all(cacheMs: number): Promise<readonly TenantStanding[]> {
    if (performance.now() - this.readAt >= cacheMs) await this.refresh(cacheMs);
    return this.found.map((each) => this.later.get(each.tenant)?.standing ?? each);
  }

  /** Remembers the state of a tenant from now on. */
  settle(standing: TenantStanding): void {
    this.later.set(standing.tenant, { standing, at: performance.now() });
  }

  /** Something happened to a tenant: only a read that begins later tells its state. */
  expire(name: string): void {
    this.later.set(name, { standing: this.known(name).standing, at: performance.now(), isOutdated: true });
  }

  private known(name: string): Known {
    return this.later.get(name) ?? { standing: this.standings.get(name), at: this.readAt };
  }

  private isReady(name: string): boolean {
    const { standing } = this.known(name);
    return standing !== undefined && notReadyBecause(standing) === undefined;
  }

  private refresh(cacheMs: number): Promise<void> {
    if (this.reading) return this.reading;
    const { failure } = this;
    if (failure && performance.now() - failure.at < cacheMs) return Promise.reject(failure.error);
    this.reading = this.start();
    return this.reading;
  }

  private async start(): Promise<void> {
    const startedAt = performance.now();
    try {
      const found = await this.read();
      this.found = found;
      this.standings = new Map(found.map((each) => [each.tenant, this.servable(each)]));
      this.readAt = startedAt;
      this.failure = undefined;
      for (const [name, { at }] of this.later) if (at <= startedAt) this.later.delete(name);
    } catch (error) {
      this.failure = { error, at: performance.now() };
      throw error;
    } finally {
      this.reading = undefined;
    }
  }

  /** A tenant whose database cannot be read just now is not known to have changed. */
  private servable(found: TenantStanding): TenantStanding {
    if (found.state !== 'unknown' || !this.isReady(found.tenant)) return found;
    return this.known(found.tenant).standing ?? found;
  }
}
