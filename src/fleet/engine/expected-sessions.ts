import type { Tenant } from '../../core/tenants/tenant.js';
import type { FleetParts } from '../parts.js';

/** Keeps sessions open for tenants that are still to come. */
export class ExpectedSessions {
  private readonly expected: Map<Tenant, () => Promise<void>>;

  constructor(tenants: readonly Tenant[], expect: FleetParts['expect']) {
    this.expected = new Map(tenants.map((tenant) => [tenant, expect(tenant)]));
  }

  /** This tenant no longer needs a session. */
  async gone(tenant: Tenant): Promise<void> {
    const end = this.expected.get(tenant);
    this.expected.delete(tenant);
    await end?.();
  }

  async releaseAll(): Promise<void> {
    await Promise.all([...this.expected.keys()].map((tenant) => this.gone(tenant)));
  }
}
