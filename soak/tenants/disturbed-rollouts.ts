import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedServer } from '../../src/testing/embedded/server.js';
import { inTime } from '../migrating-process.js';
import { Random } from '../random.js';
import type { RolloutEnd, RolloutProcess } from './rollout-process.js';

/** What disturbs the processes that migrate all tenants. */
export interface Disturbances {
  readonly seed: number;
  readonly tenants: number;
  /** How many processes migrate all tenants at the same time. */
  readonly processes: number;
  /** How many of them are killed while they migrate. Each is replaced. */
  readonly kills: number;
}

const LONGEST_MS = 600_000;
/** After which share of all runs the server goes away, and how. */
const RESTARTS = [
  { share: 0.2, how: 'kill' },
  { share: 0.4, how: 'stop' },
] as const;
/** How long the server is away. */
const AWAY_MS = 200;
/** The longest time between the beginning of the run of a tenant and the kill of its process. */
const KILLED_WITHIN_MS = 40;

/** Processes that migrate all tenants at the same time, some of which are killed, on a server that is killed and restarted. */
export class DisturbedRollouts {
  private readonly random: Random;
  private readonly ends: RolloutEnd[] = [];
  /** Runs of tenants that have begun in any process. */
  private begun = 0;
  private killsLeft: number;
  private restarts = 0;
  private restarting: Promise<void> = Promise.resolve();

  constructor(
    private readonly server: EmbeddedServer,
    private readonly start: () => RolloutProcess,
    private readonly options: Disturbances,
  ) {
    this.random = new Random(options.seed, 0);
    this.killsLeft = options.kills;
  }

  /** @throws Error if something that had to happen did not. */
  async run(): Promise<readonly RolloutEnd[]> {
    await Promise.all(Array.from({ length: this.options.processes }, () => this.migrateInSpite()));
    await this.restarting;
    const killed = this.ends.filter(({ isKilled }) => isKilled).length;
    if (killed < this.options.kills) throw new Error(`only ${killed} of ${this.options.kills} processes were killed`);
    if (this.restarts < RESTARTS.length) throw new Error(`the server was restarted ${this.restarts} times`);
    return this.ends;
  }

  /** As an orchestrator does: a process that was killed, or could not begin without a server, is replaced. */
  private async migrateInSpite(): Promise<void> {
    for (let isDone = false; !isDone;) {
      const rollout = this.start();
      this.planKill(rollout);
      rollout.onRun(() => this.noteRun());
      const end = await endOf(rollout);
      this.ends.push(end);
      const isReplaced = end.isKilled || (end.notBegun !== undefined && this.restarts > 0);
      isDone = !isReplaced;
      await this.restarting;
    }
  }

  private planKill(rollout: RolloutProcess): void {
    const { tenants, processes, kills } = this.options;
    const at = Math.ceil(this.random.between(0, tenants / (1 + kills / processes)));
    const afterMs = this.random.between(0, KILLED_WITHIN_MS);
    rollout.onRun((runs) => {
      if (runs !== at || this.killsLeft === 0) return;
      this.killsLeft -= 1;
      setTimeout(() => rollout.kill(), afterMs);
    });
  }

  private noteRun(): void {
    this.begun += 1;
    const next = RESTARTS[this.restarts];
    const { tenants, processes } = this.options;
    if (!next || this.begun < next.share * tenants * processes) return;
    this.restarts += 1;
    this.restarting = this.restarting.then(() => this.restart(next.how));
  }

  private async restart(how: 'kill' | 'stop'): Promise<void> {
    await this.server[how]();
    await sleep(AWAY_MS);
    await this.server.start();
  }
}

/** The end of a rollout. @throws Error if there is none in time, after the process was killed */
export async function endOf(rollout: RolloutProcess): Promise<RolloutEnd> {
  const end = await inTime(rollout.run(), LONGEST_MS);
  if (end) return end;
  rollout.kill();
  throw new Error(`a rollout had not ended after ${LONGEST_MS} ms`);
}
