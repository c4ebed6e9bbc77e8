import type { EmbeddedServer } from '../../src/testing/embedded/server.js';
import { Random } from '../random.js';
import { type Disturbances, KILLED_WITHIN_MS } from './disturbed-rollouts.js';
import type { RolloutEnd, RolloutProcess } from './rollout-process.js';
import { ServerRestarts } from './server-restarts.js';

/** Between which shares of all runs workers are killed: the last ones leave enough to do for those that replace them. */
const KILLED_FROM = 0.05;
const KILLED_TO = 0.85;

/** Workers that are killed and replaced, on a server that is killed and restarted, while others roll out. */
export class DisturbedWorkers {
  readonly ends: RolloutEnd[] = [];
  private readonly random: Random;
  private readonly restarts: ServerRestarts;
  /** After how many runs in all workers one is killed: the one that has begun that run. */
  private readonly killsAt: number[];
  private readonly working = new Set<RolloutProcess>();
  private readonly doomed = new Set<RolloutProcess>();
  private begun = 0;
  private isOver = false;

  constructor(
    server: EmbeddedServer,
    private readonly start: () => RolloutProcess,
    private readonly options: Disturbances,
  ) {
    const { seed, tenants, kills } = options;
    this.random = new Random(seed, 0);
    this.restarts = new ServerRestarts(server, tenants);
    this.killsAt = Array.from({ length: kills }, () =>
      this.random.between(KILLED_FROM * tenants, KILLED_TO * tenants),
    ).toSorted((a, b) => a - b);
  }

  /** Returns when the workers have ended after the rollouts. @throws Error if something that had to happen did not. */
  async during<T>(rollOut: () => Promise<T>): Promise<T> {
    const workers = Array.from({ length: this.options.processes }, () => this.workInSpite());
    const result = await rollOut().finally(() => this.stop());
    await Promise.all(workers);
    await this.restarts.end();
    const left = this.killsAt.length;
    if (left > 0) throw new Error(`only ${this.options.kills - left} of ${this.options.kills} workers were killed`);
    return result;
  }

  /** How many runs of tenants have begun. */
  get runs(): number {
    return this.begun;
  }

  private stop(): void {
    this.isOver = true;
    for (const worker of this.working) worker.kill('SIGTERM');
  }

  /** As an orchestrator does: a worker that has ended is replaced. */
  private async workInSpite(): Promise<void> {
    while (!this.isOver) {
      const worker = this.start();
      this.working.add(worker);
      worker.onRun(() => this.noteRun(worker));
      this.ends.push(await worker.run());
      this.working.delete(worker);
      await this.restarts.isBack();
    }
  }

  private noteRun(worker: RolloutProcess): void {
    this.begun += 1;
    this.restarts.noteRun();
    const [next = Number.POSITIVE_INFINITY] = this.killsAt;
    if (this.begun < next || this.doomed.has(worker)) return;
    this.killsAt.shift();
    this.doomed.add(worker);
    setTimeout(() => worker.kill(), this.random.between(0, KILLED_WITHIN_MS));
  }
}
