import { connect, isPool, type ConnectionSource } from './connect.js';
import type { PgConnection, SessionEnd } from './pg-connection.js';
import { WaitingUser } from './waiting-user.js';

/** A backend's memory grows with the number of relations it has seen, so it is replaced after this many users. */
const MAX_USES = 200;
/** The driver's own default for the clients of a pool. */
const DEFAULT_MAX = 10;
/** The full reset, which also releases session locks. */
const RESET = 'DISCARD ALL';

type ConnectSettings = Parameters<typeof connect>[1];

/** A session, with or without a user. */
interface Kept {
  readonly connection: PgConnection;
  uses: number;
  hasEnded: boolean;
}

/**
 * Sessions that several users share, one after another, and that are reset in between. One in which anything failed is
 * closed, and so are all others once the defaults of new sessions may have changed. A session without a user is kept
 * only while another user is expected.
 */
export class ReusedConnections {
  private readonly idle = new Set<Kept>();
  private readonly all = new Set<Kept>();
  private readonly waiting = new Map<WaitingUser<Kept>, ConnectSettings>();
  private readonly most: number;
  private opening = 0;
  private expected = 0;

  constructor(private readonly source: ConnectionSource) {
    this.most = isPool(source) ? shareOfPool(source.options.max) : Number.POSITIVE_INFINITY;
  }

  /**
   * Announces a user, so that a session is kept for it.
   *
   * @returns a function to call once, when the user has gone or will never come.
   */
  expect(): () => Promise<void> {
    this.expected += 1;
    return async () => {
      this.expected -= 1;
      if (this.expected === 0) await this.closeIdle();
    };
  }

  /** Waits for another user's session if no more may be opened. @throws DatabaseConnectionError */
  async take(settings: ConnectSettings, signal?: AbortSignal): Promise<PgConnection> {
    const [first] = this.idle;
    if (first) this.idle.delete(first);
    const kept = first ?? (await this.wait(settings, signal));
    return kept.connection.handOver((end) => this.takeBack(kept, end));
  }

  /** Closes idle sessions. */
  async closeIdle(): Promise<void> {
    await Promise.all([...this.idle].map((kept) => this.drop(kept)));
  }

  /** From now on, users get new sessions. */
  private async renew(): Promise<void> {
    for (const kept of this.all) kept.uses = MAX_USES;
    await this.closeIdle();
  }

  private wait(settings: ConnectSettings, signal: AbortSignal | undefined): Promise<Kept> {
    const user = new WaitingUser<Kept>(signal, () => void this.open(user, settings));
    this.waiting.set(user, settings);
    this.openMore();
    return user.session;
  }

  private openMore(): void {
    for (const [user, settings] of this.waiting) {
      if (!user.isConnecting && this.all.size + this.opening < this.most) void this.open(user, settings);
    }
  }

  /** Opens a session for a user, who may be given another one meanwhile. */
  private async open(user: WaitingUser<Kept>, settings: ConnectSettings): Promise<void> {
    user.isConnecting = true;
    this.opening += 1;
    try {
      const connection = await connect(this.source, settings, user.signal).finally(() => (this.opening -= 1));
      await this.pass(this.added(connection), user);
    } catch (error) {
      if (this.waiting.delete(user)) user.fail(error);
      this.openMore();
    }
  }

  private added(connection: PgConnection): Kept {
    const kept: Kept = { connection, uses: 0, hasEnded: false };
    this.all.add(kept);
    connection.onEnd(() => {
      kept.hasEnded = true;
      if (this.idle.has(kept)) void this.drop(kept);
    });
    return kept;
  }

  /**
   * Gives a session to whoever waits for one: first to the user for whom it was opened, because none is being opened for
   * that user any more. Without anyone, it is kept or closed.
   */
  private async pass(kept: Kept, opener?: WaitingUser<Kept>): Promise<void> {
    const [first] = this.waiting.keys();
    const user = opener && this.waiting.has(opener) ? opener : first;
    if (!user && this.expected === 0) return this.drop(kept);
    if (!user) return void this.idle.add(kept);
    this.waiting.delete(user);
    user.give(kept);
  }

  private async takeBack(kept: Kept, end: SessionEnd): Promise<void> {
    kept.uses += 1;
    if (end === 'outdated') await this.renew();
    const isWanted = this.waiting.size > 0 || this.expected > 0;
    const isKept = (): boolean => !kept.hasEnded && kept.uses < MAX_USES;
    const canBeReset = end === 'usable' && isWanted && isKept();
    const isReset = canBeReset && (await kept.connection.run(RESET)).error === undefined && isKept();
    await (isReset ? this.pass(kept) : this.drop(kept));
  }

  private async drop(kept: Kept): Promise<void> {
    this.idle.delete(kept);
    kept.connection.markDirty();
    await kept.connection.release();
    this.all.delete(kept);
    this.openMore();
  }
}

/** The application keeps a client of its pool, if there is more than one. */
function shareOfPool(max: number | undefined): number {
  return Math.max(1, (max ?? DEFAULT_MAX) - 1);
}
