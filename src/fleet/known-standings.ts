import { notReadyBecause } from '../core/tenants/readiness.js';
import type { TenantStanding } from '../core/tenants/standing.js';

/** How long it is remembered that a tenant can be served, in ms: only a rare accident changes that. */
const READY_MS = 60_000;

/** The states of all tenants, read at once and remembered. */
export class KnownStandings {
  private standings: ReadonlyMap<string, TenantStanding> = new Map();
  private readAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;

  /** @param read reads the state of every tenant. */
  constructor(private readonly read: () => Promise<readonly TenantStanding[]>) {}

  /**
   * The state of a tenant; undefined if it is not on the list.
   *
   * @param cacheMs how long it is remembered that a tenant cannot be served.
   * @throws what reading throws.
   */
  async of(name: string, cacheMs: number): Promise<TenantStanding | undefined> {
    const known = this.standings.get(name);
    const isReady = known !== undefined && notReadyBecause(known) === undefined;
    if (performance.now() - this.readAt >= (isReady ? READY_MS : cacheMs)) await this.refresh();
    return this.standings.get(name);
  }

  /** Forgets everything. A read in progress may have begun before whatever happened. */
  forget(): void {
    this.readAt = Number.NEGATIVE_INFINITY;
    this.reading = undefined;
  }

  private refresh(): Promise<void> {
    return (this.reading ??= this.start());
  }

  private async start(): Promise<void> {
    const startedAt = performance.now();
    await Promise.resolve(); // from here on, this read is known as the latest one
    const reading = this.reading;
    try {
      const found = await this.read();
      const isLatest = this.reading === reading;
      if (isLatest || this.standings.size === 0) this.standings = new Map(found.map((each) => [each.tenant, each]));
      if (isLatest) this.readAt = startedAt;
    } finally {
      if (this.reading === reading) this.reading = undefined;
    }
  }
}
