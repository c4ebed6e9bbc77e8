import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedServer } from '../../src/testing/embedded/server.js';

/** The fraction of all runs after which the server goes down, and how. */
const RESTARTS = [
  { share: 0.2, how: 'kill' },
  { share: 0.4, how: 'stop' },
] as const;
/** How long the server is down. */
const AWAY_MS = 200;

/** Takes a server down twice while tenants are migrated. */
export class ServerRestarts {
  private begun = 0;
  private restarts = 0;
  private restarting: Promise<void> = Promise.resolve();

  /** @param runs the minimum number of tenant runs that will begin. */
  constructor(
    private readonly server: EmbeddedServer,
    private readonly runs: number,
  ) {}

  /** Notes that the run of a tenant has begun. */
  noteRun(): void {
    this.begun += 1;
    const next = RESTARTS[this.restarts];
    if (!next || this.begun < next.share * this.runs) return;
    this.restarts += 1;
    this.restarting = this.restarting.then(() => this.restart(next.how));
  }

  get hasAny(): boolean {
    return this.restarts > 0;
  }

  /** Returns when the server is up. */
  isBack(): Promise<void> {
    return this.restarting;
  }

  /** Returns when the server is up. @throws Error if it was taken down fewer times than planned */
  async end(): Promise<void> {
    await this.restarting;
    if (this.restarts < RESTARTS.length) throw new Error(`the server was restarted ${this.restarts} times`);
  }

  private async restart(how: 'kill' | 'stop'): Promise<void> {
    await this.server[how]();
    await sleep(AWAY_MS);
    await this.server.start();
  }
}
