import type { Invocation } from '../../process/invocation.js';

/** A command as if it had been typed for one tenant: what messages suggest is for this tenant. */
export function forTenant(typed: Invocation, tenant: string): Invocation {
  return forTenants(typed, [tenant]);
}

/** The same for several. */
export function forTenants(typed: Invocation, tenants: readonly string[]): Invocation {
  const flags = { ...typed.flags, all: undefined, group: undefined, tenant: tenants };
  return { ...typed, flags };
}

/** The same for the shared files. */
export function forSharedFiles(typed: Invocation): Invocation {
  return { ...typed, flags: { ...typed.flags, all: undefined, group: undefined, tenant: undefined } };
}
