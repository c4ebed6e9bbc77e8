import { notReadyBecause } from '../core/tenants/readiness.js';
import type { TenantStanding } from '../core/tenants/standing.js';
import { withTimeout } from '../timing/timeout.js';

/** How long to remember that a tenant can be served, in ms: only a rare accident changes that. */
const READY_MS = 60_000;
/** How long callers that could use an earlier result wait for a new read, counted from its beginning, in ms. */
const PATIENCE_MS = 500;
/** After this time in ms, a read is given up and another one may begin. A list function may never answer. */
const READ_MS = 60_000;
/** How old the states of all tenants may be while they are being read, in ms. */
const STALE_MS = 120_000;

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
  private startedAt = Number.NEGATIVE_INFINITY;
  /** Ages count from here, so that a result can be used even if reading it takes longer than it is remembered. */
  private endedAt = Number.NEGATIVE_INFINITY;
  /** Reads that began earlier do not show all that this process has done since. */
  private changedAt = Number.NEGATIVE_INFINITY;
  /** What happened to tenants after the latest read had begun. */
  private readonly later = new Map<string, Known>();
  private reading: { readonly startedAt: number; readonly done: Promise<void> } | undefined;
  private failure: { readonly error: unknown; readonly at: number } | undefined;

  /** @param read reads the state of every tenant. */
  constructor(private readonly read: () => Promise<readonly TenantStanding[]>) {}

  /**
   * The state of a tenant; undefined if it is not on the list. One that could be served still can while nothing can be
   * read, or reading takes long.
   *
   * @param cacheMs how long it is remembered that a tenant cannot be served, or that nothing can be read.
   * @throws what reading throws.
   */
  async of(name: string, cacheMs: number): Promise<TenantStanding | undefined> {
    try {
      if (this.isReady(name) && !this.known(name).isOutdated) await this.confirm(name, cacheMs);
      else if (performance.now() - this.known(name).at >= cacheMs) await this.refresh(cacheMs);
      while (this.known(name).isOutdated) await this.refresh(cacheMs); // that read may have begun before the change
    } catch (error) {
      if (!this.isReady(name)) throw error;
    }
    return this.known(name).standing;
  }

  /**
   * The states of all tenants, in the order of the list. While they are read, those of the read before may be returned.
   *
   * @param cacheMs how old they may be.
   * @param timeoutMs how long the caller can wait: earlier states are returned before then.
   * @throws what reading throws.
   */
  async all(cacheMs: number, timeoutMs: number): Promise<readonly TenantStanding[]> {
    const age = performance.now() - this.endedAt;
    if (age >= cacheMs || this.startedAt < this.changedAt) {
      const mayBeOld = age < STALE_MS && !this.failure;
      const reading = this.readSince(this.changedAt, cacheMs);
      await (mayBeOld ? this.waitBriefly(reading, Math.min(PATIENCE_MS, timeoutMs / 2)) : reading);
    }
    return this.found.map((each) => this.later.get(each.tenant)?.standing ?? each);
  }

  /** Remembers the state of a tenant from now on. */
  settle(standing: TenantStanding): void {
    this.later.set(standing.tenant, { standing, at: performance.now() });
  }

  /** Something happened to a tenant: only a read that begins later tells its state. */
  expire(name: string): void {
    this.changedAt = performance.now();
    this.later.set(name, { standing: this.known(name).standing, at: this.changedAt, isOutdated: true });
  }

  /** Something happened to many tenants. Those that could be served still can. */
  expireAll(): void {
    this.changedAt = performance.now();
    this.failure = undefined;
    for (const { tenant } of this.found) if (!this.isReady(tenant)) this.expire(tenant);
  }

  private known(name: string): Known {
    return this.later.get(name) ?? { standing: this.standings.get(name), at: this.endedAt };
  }

  private isReady(name: string): boolean {
    const { standing } = this.known(name);
    return standing !== undefined && notReadyBecause(standing) === undefined;
  }

  /** Reads again, from time to time, whether a tenant can still be served. */
  private async confirm(name: string, cacheMs: number): Promise<void> {
    if (performance.now() - this.known(name).at < READY_MS) return;
    await this.waitBriefly(this.refresh(cacheMs), PATIENCE_MS);
  }

  /** Waits for a read only if it has begun recently. Whether it fails later matters to those who ask later. */
  private waitBriefly(reading: Promise<void>, patienceMs: number): Promise<void> {
    const since = performance.now() - (this.reading?.startedAt ?? performance.now());
    return withTimeout(reading, Math.max(0, patienceMs - since), () => {});
  }

  /** A read that is under way may have begun before a change. */
  private async readSince(changedAt: number, cacheMs: number): Promise<void> {
    await this.refresh(cacheMs);
    if (this.startedAt < changedAt) await this.refresh(cacheMs);
  }

  private refresh(cacheMs: number): Promise<void> {
    if (this.reading) return this.reading.done;
    const { failure } = this;
    if (failure && performance.now() - failure.at < cacheMs) return Promise.reject(failure.error);
    const startedAt = performance.now();
    const reading = { startedAt, done: withTimeout(this.start(startedAt), READ_MS, giveUp) };
    const end = (): void => void (this.reading === reading && (this.reading = undefined));
    this.reading = reading;
    reading.done.then(end, end);
    return reading.done;
  }

  /** A read that has been given up still counts when it ends, unless a later one has been faster. */
  private async start(startedAt: number): Promise<void> {
    try {
      const found = await this.read();
      if (startedAt >= this.startedAt) this.remember(found, startedAt);
    } catch (error) {
      if (startedAt >= this.startedAt) this.failure = { error, at: performance.now() };
      throw error;
    }
  }

  private remember(found: readonly TenantStanding[], startedAt: number): void {
    this.found = found;
    this.standings = new Map(found.map((each) => [each.tenant, this.servable(each)]));
    this.startedAt = startedAt;
    this.endedAt = performance.now();
    this.failure = undefined;
    for (const [name, { at }] of this.later) if (at <= startedAt) this.later.delete(name);
  }

  /** A tenant whose database cannot be read just now is not known to have changed. */
  private servable(found: TenantStanding): TenantStanding {
    if (found.state !== 'unknown' || !this.isReady(found.tenant)) return found;
    return this.known(found.tenant).standing ?? found;
  }
}

function giveUp(): never {
  throw new Error(`The states of tenants could not be read within ${READ_MS / 1000} s`);
}
