import type { EngineTask, FleetEngine } from '../../core/ports/engine.js';
import type { Tenant } from '../../core/tenants/tenant.js';
import { eachByServer } from './by-server.js';

/** Migrates tenants in this process, each server at its own pace. */
export class InProcessEngine implements FleetEngine {
  async run(tenants: readonly Tenant[], { migrate, settle, ...settings }: EngineTask): Promise<void> {
    await eachByServer(tenants, async (tenant) => settle(tenant, await migrate(tenant), false), settings);
  }

  async ended(): Promise<void> {}

  async close(): Promise<void> {}
}
