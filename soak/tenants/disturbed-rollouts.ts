import type { EmbeddedServer } from '../../src/testing/embedded/server.js';
import { inTime } from '../migrating-process.js';
import { Random } from '../random.js';
import type { RolloutEnd, RolloutProcess } from './rollout-process.js';
import { ServerRestarts } from './server-restarts.js';

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
/** The longest time between the beginning of the run of a tenant and the kill of its process. */
export const KILLED_WITHIN_MS = 40;

/** Processes that migrate all tenants at the same time, some of which are killed, on a server that is killed and restarted. */
export class DisturbedRollouts {
  private readonly random: Random;
  private readonly ends: RolloutEnd[] = [];
  private readonly restarts: ServerRestarts;
  private killsLeft: number;

  constructor(
    server: EmbeddedServer,
    private readonly start: () => RolloutProcess,
    private readonly options: Disturbances,
  ) {
    this.random = new Random(options.seed, 0);
    this.restarts = new ServerRestarts(server, options.tenants * options.processes);
    this.killsLeft = options.kills;
  }

  /** @throws Error if something that had to happen did not. */
  async run(): Promise<readonly RolloutEnd[]> {
    await Promise.all(Array.from({ length: this.options.processes }, () => this.migrateInSpite()));
    await this.restarts.end();
    const killed = this.ends.filter(({ isKilled }) => isKilled).length;
    if (killed < this.options.kills) throw new Error(`only ${killed} of ${this.options.kills} processes were killed`);
    return this.ends;
  }

  /** As an orchestrator does: a process that was killed, or could not begin without a server, is replaced. */
  private async migrateInSpite(): Promise<void> {
    for (let isDone = false; !isDone;) {
      const rollout = this.start();
      this.planKill(rollout);
      rollout.onRun(() => this.restarts.noteRun());
      const end = await endOf(rollout);
      this.ends.push(end);
      const isReplaced = end.isKilled || (end.notBegun !== undefined && this.restarts.hasAny);
      isDone = !isReplaced;
      await this.restarts.isBack();
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
}

/** The end of a rollout. @throws Error if there is none in time, after the process was killed */
export async function endOf(rollout: RolloutProcess): Promise<RolloutEnd> {
  const end = await inTime(rollout.run(), LONGEST_MS);
  if (end) return end;
  rollout.kill();
  throw new Error(`a rollout had not ended after ${LONGEST_MS} ms`);
}
