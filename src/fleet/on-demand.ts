import { MigrationFailedError } from '../core/errors/migration-failed.js';
import { RolloutStoppedError } from '../core/tenants/rollout-stopped.js';
import type { Tenant } from '../core/tenants/tenant.js';
import { throwIfInterrupted } from '../migrator/run/interruption.js';
import { ServerLimiter } from './engine/by-server.js';
import { migrateTenant } from './migrate-tenant.js';
import type { FleetParts } from './parts.js';
import { carefulMigrator } from './record-of.js';
import { selected } from './selection.js';

/** Migrates single tenants when they are needed. Nothing is done after a rollout that stopped, until another one has finished. */
export class OnDemand {
  private readonly runs = new Map<string, Promise<boolean>>();
  private readonly limiter: ServerLimiter;
  /** The run of the shared files; undefined before it, and after it has failed. */
  private shared: Promise<void> | undefined;
  private isLeftToRollout = false;

  constructor(private readonly parts: FleetParts) {
    this.limiter = new ServerLimiter(parts.rollout.parallelism);
  }

  /** Whoever needs one tenant at the same time shares a run. */
  once(name: string, run: () => Promise<boolean>): Promise<boolean> {
    const running = this.runs.get(name) ?? run().finally(() => this.runs.delete(name));
    this.runs.set(name, running);
    return running;
  }

  /**
   * Applies the shared files, once, and those of a tenant.
   *
   * @returns false if that is left to a rollout.
   */
  async migrate(name: string, signal: AbortSignal): Promise<boolean> {
    throwIfInterrupted(signal);
    if (this.isLeftToRollout) return false;
    this.shared ??= this.applyShared(signal);
    await this.shared;
    const all = await this.parts.list();
    await this.parts.assertDistinct(all);
    const [tenant] = selected(all, { tenants: [name] }) as readonly [Tenant];
    return this.limiter.run(tenant, async () => {
      throwIfInterrupted(signal);
      if (this.isLeftToRollout) return false; // since it began to wait
      await migrateTenant(carefulMigrator(this.parts, tenant), signal);
      return true;
    });
  }

  /** Remembers how a rollout ends. */
  async noting<T>(rollout: Promise<T>): Promise<T> {
    try {
      const result = await rollout;
      this.isLeftToRollout = false;
      return result;
    } catch (error) {
      if (error instanceof RolloutStoppedError || error instanceof MigrationFailedError) this.isLeftToRollout = true;
      throw error;
    }
  }

  private async applyShared(signal: AbortSignal): Promise<void> {
    const { shared } = this.parts;
    if (!shared) return;
    try {
      await migrateTenant(shared, signal);
    } catch (error) {
      this.shared = undefined;
      if (error instanceof MigrationFailedError) this.isLeftToRollout = true;
      throw error;
    }
  }
}
