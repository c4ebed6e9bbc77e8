/** A way to migrate all tenants. */
export interface TenantsTool {
  readonly name: string;
  /** Its file in the folder of adapters. */
  readonly adapter: 'fleet' | 'boss' | 'loop' | 'floor';
  /** How many tenants of one server a process migrates at the same time. */
  readonly atOnce: number;
}

export const LOOP: TenantsTool = { name: 'loop', adapter: 'loop', atOnce: 1 };
export const FLOOR: TenantsTool = { name: 'floor', adapter: 'floor', atOnce: 1 };
export const FLEET = fleet(4);
/** Four worker processes over pg-boss. */
const BOSS: TenantsTool = { name: 'boss-4', adapter: 'boss', atOnce: 1 };
export const TOOLS: readonly TenantsTool[] = [LOOP, fleet(1), FLEET, fleet(8), BOSS];

function fleet(atOnce: number): TenantsTool {
  return { name: `fleet-${atOnce}`, adapter: 'fleet', atOnce };
}
