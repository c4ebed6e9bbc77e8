import type { FindingDefinition } from '../finding-definition.js';

/** Problems of tenants. */
export const TENANT_FINDINGS = {
  TENANT_SCHEMA_MISSING: {
    severity: 'error',
    text: ({ detail }) => `has no schema: ${JSON.stringify(detail)} does not exist`,
    remedy: () => 'If the tenant is new, provision it; otherwise restore the schema, or take the tenant off the list.',
  },
  NO_TENANTS: {
    severity: 'warning',
    text: () => 'is empty, so nothing was run for any tenant',
    remedy: () => 'If there should be tenants, check the option "tenants.list".',
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;
