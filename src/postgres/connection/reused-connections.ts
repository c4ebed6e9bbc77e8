import { connect, type ConnectionSource } from './connect.js';
import type { PgConnection, SessionEnd } from './pg-connection.js';

/** A backend's memory grows with the relations that it has seen, so it is replaced after this number of users. */
const MAX_USES = 200;
/** The full reset, which also releases session locks. */
const RESET = 'DISCARD ALL';

type ConnectSettings = Parameters<typeof connect>[1];

/** A session between two users. */
interface Kept {
  readonly connection: PgConnection;
  uses: number;
  hasEnded: boolean;
}

/**
 * Sessions that several users have one after the other, each with the session reset. One on which anything failed is
 * closed, and so are all others once the defaults of new sessions may have changed.
 */
export class ReusedConnections {
  private readonly idle = new Set<Kept>();
  private readonly all = new Set<Kept>();

  constructor(private readonly source: ConnectionSource) {}

  /** @throws DatabaseConnectionError */
  async take(settings: ConnectSettings, signal?: AbortSignal): Promise<PgConnection> {
    const [first] = this.idle;
    const kept = first ?? (await this.open(settings, signal));
    this.idle.delete(kept);
    return kept.connection.handOver((end) => this.takeBack(kept, end));
  }

  /** Closes the sessions that nobody uses. */
  async closeIdle(): Promise<void> {
    await Promise.all([...this.idle].map((kept) => this.drop(kept)));
  }

  /** From now on, users get new sessions. */
  private async renew(): Promise<void> {
    for (const kept of this.all) kept.uses = MAX_USES;
    await Promise.all([...this.idle].map((kept) => this.drop(kept)));
  }

  private async open(settings: ConnectSettings, signal: AbortSignal | undefined): Promise<Kept> {
    const connection = await connect(this.source, settings, signal);
    const kept: Kept = { connection, uses: 0, hasEnded: false };
    this.all.add(kept);
    connection.onEnd(() => {
      kept.hasEnded = true;
      this.idle.delete(kept);
    });
    return kept;
  }

  private async takeBack(kept: Kept, end: SessionEnd): Promise<void> {
    kept.uses += 1;
    if (end === 'outdated') await this.renew();
    const isKept = (): boolean => !kept.hasEnded && kept.uses < MAX_USES;
    if (end === 'usable' && isKept() && (await kept.connection.run(RESET)).error === undefined && isKept())
      this.idle.add(kept);
    else await this.drop(kept);
  }

  private async drop(kept: Kept): Promise<void> {
    this.idle.delete(kept);
    this.all.delete(kept);
    kept.connection.markDirty();
    await kept.connection.release();
  }
}
