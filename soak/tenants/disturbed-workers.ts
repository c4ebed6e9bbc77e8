import type { EmbeddedServer } from '../../src/testing/embedded/server.js';
import { Random } from '../random.js';
import { type Disturbances, KILLED_WITHIN_MS } from './disturbed-rollouts.js';
import type { RolloutEnd, RolloutProcess } from './rollout-process.js';
import { ServerRestarts } from './server-restarts.js';

/** Workers are killed between these fractions of all runs. The last kill leaves enough work for the replacements. */
const KILLED_FROM = 0.05;
const KILLED_TO = 0.85;

/** Workers that are killed and replaced, on a server that is killed and restarted, while others roll out. */
export class DisturbedWorkers {
  readonly ends: RolloutEnd[] = [];
  private readonly random: Random;
  private readonly restarts: ServerRestarts;
  /** The numbers of runs, counted over all workers, at which the worker that has begun that run is killed. */
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

  /** Returns when the rollouts, then the workers, have ended. @throws Error if a planned disturbance is missing. */
  async during<T>(rollOut: () => Promise<T>): Promise<T> {
    const workers = Array.from({ length: this.options.processes }, () => this.keepWorkerRunning());
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

  /** Replaces each worker that has ended, as an orchestrator does. */
  private async keepWorkerRunning(): Promise<void> {
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
