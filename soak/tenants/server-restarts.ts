import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedServer } from '../../src/testing/embedded/server.js';

/** After which share of all runs the server goes away, and how. */
const RESTARTS = [
  { share: 0.2, how: 'kill' },
  { share: 0.4, how: 'stop' },
] as const;
/** How long the server is away. */
const AWAY_MS = 200;

/** Takes a server away twice while tenants are migrated. */
export class ServerRestarts {
  private begun = 0;
  private restarts = 0;
  private restarting: Promise<void> = Promise.resolve();

  /** @param runs how many runs of tenants will begin at least. */
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

  /** Returns when the server is there. */
  isBack(): Promise<void> {
    return this.restarting;
  }

  /** Returns when the server is there. @throws Error if it was not taken away as often as it had to be */
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
