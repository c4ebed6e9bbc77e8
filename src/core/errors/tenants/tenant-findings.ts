import type { FindingDefinition } from '../finding-definition.js';

/** Problems of tenants. */
export const TENANT_FINDINGS = {
  TENANT_SCHEMA_MISSING: {
    severity: 'error',
    text: ({ detail }) => `has no schema: ${JSON.stringify(detail)} does not exist`,
    remedy: () => 'If the tenant is new, provision it; otherwise restore the schema, or take the tenant off the list.',
  },
  TENANT_SCHEMA_TAKEN: {
    severity: 'error',
    text: ({ detail, actual }) =>
      `cannot use the schema ${JSON.stringify(detail)}: its history is that of the tenant ${actual ?? ''}`,
    remedy: () =>
      'Check the name and the schema. If the tenant has a new name, keep the old one: histories belong to names.',
  },
  TENANT_SCHEMA_REPLACED: {
    severity: 'error',
    text: ({ recorded, actual }) =>
      `has the history of ${recorded ?? ''}, but its schema is now ${actual ?? ''}, which is not empty`,
    remedy: () =>
      'If the objects in it are the same, as after restoring, upgrading or moving the database, take over the history with fleet.adopt(), naming the tenant if the names differ. ' +
      'If the schema was created anew, remove the history with fleet.deprovision(); all files then run again.',
  },
  TENANTS_MOVED: {
    severity: 'error',
    text: () =>
      'belong to schemas other than those that the tenants have now, as after restoring, upgrading or moving the database',
    remedy: () => 'Check that the schemas are complete, then take over the histories with fleet.adopt().',
  },
  NO_TENANTS: {
    severity: 'warning',
    text: () => 'is empty, so nothing was run for any tenant',
    remedy: () => 'If there should be tenants, check the option "tenants.list".',
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;
