import type { Tenant } from '../../core/tenants/tenant.js';
import type { FleetParts } from '../parts.js';

/** Has sessions kept for tenants that are to come. */
export class ExpectedSessions {
  private readonly expected: Map<Tenant, () => Promise<void>>;

  constructor(tenants: readonly Tenant[], expect: FleetParts['expect']) {
    this.expected = new Map(tenants.map((tenant) => [tenant, expect(tenant)]));
  }

  /** This tenant needs no session any more. */
  async gone(tenant: Tenant): Promise<void> {
    const end = this.expected.get(tenant);
    this.expected.delete(tenant);
    await end?.();
  }

  async allGone(): Promise<void> {
    await Promise.all([...this.expected.keys()].map((tenant) => this.gone(tenant)));
  }
}
