import { quoteIdentifier } from '../../sql/text/quote.js';
import { IGNORE } from '../catalog/catalog-findings.js';
import type { FindingDefinition, FindingDetails } from '../finding-definition.js';

/** `4,997 of 5,000 tenants with the same migrations, such as oak-hill` */
function most({ comparedWith }: FindingDetails): string {
  const { tenant = '', same = 0, of = 0 } = comparedWith ?? {};
  const tie = same * 2 > of ? '' : ' (nothing has a majority)';
  return `${same.toLocaleString('en')} of ${of.toLocaleString('en')} tenants with the same migrations, such as ${tenant}${tie}`;
}

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
      `cannot use the schema ${JSON.stringify(detail)}: ` +
      (actual === undefined
        ? 'another tenant is being set up in it, or removed from it, at this moment'
        : `its history is that of the tenant ${actual}`),
    remedy: () =>
      'Check the name and the schema. If the tenant has a new name, keep the old one: histories belong to names.',
  },
  TENANT_SCHEMA_REPLACED: {
    severity: 'error',
    text: ({ recorded, actual }) =>
      `has the history of ${recorded ?? ''}, but its schema is now ${actual ?? ''}, which is not empty`,
    remedy: ({ subject }, say) =>
      `If the objects in it are the same, as after restoring, upgrading or moving the database, take over the history with ${say({ action: 'adopt', tenant: subject.replace(/^Tenant /, '') })}. ` +
      'If the schema was created anew, remove the history with fleet.deprovision(); all files then run again.',
  },
  TENANT_HISTORY_REMOVED: {
    severity: 'error',
    text: () => 'had a history when the rollout began, and has none now: somebody has removed it since then',
    remedy: () =>
      'If the tenant is no longer needed, take it off the list. Otherwise the next rollout runs all files of the tenant from the first one: check what is in its schema.',
  },
  TENANT_SCHEMA_KEPT: {
    severity: 'error',
    text: ({ detail, actual }) =>
      `may not be the owner of the schema ${JSON.stringify(detail)}, so the schema is not dropped: ${actual ?? ''}`,
    remedy: ({ detail = '' }) =>
      `Check the name and the schema. If they are right, remove only the history, and drop the schema yourself with DROP SCHEMA ${quoteIdentifier(detail)} CASCADE.`,
  },
  TENANTS_MOVED: {
    severity: 'error',
    text: () =>
      'belong to schemas other than those that the tenants have now, as after restoring, upgrading or moving the database',
    remedy: (_, say) =>
      `Check that the schemas are complete, then take over the histories with ${say({ action: 'adopt' })}.`,
  },
  TENANT_OBJECT_ADDED: {
    severity: 'error',
    text: (details) => `exists, but not in ${most(details)}`,
    remedy: () => `Drop it, or create it for all tenants in a migration. ${IGNORE}`,
  },
  TENANT_OBJECT_MISSING: {
    severity: 'error',
    text: (details) => `does not exist, but does in ${most(details)}`,
    remedy: () => `Create it again, or drop it for all tenants in a migration. ${IGNORE}`,
  },
  TENANT_OBJECT_DIFFERENT: {
    severity: 'error',
    text: (details) => `differs from ${most(details)}${details.detail ? `: ${details.detail}` : ''}`,
    remedy: () => `Undo the change, or make it for all tenants in a migration. ${IGNORE}`,
  },
  TENANTS_NOT_COMPARED: {
    severity: 'warning',
    text: ({ detail }) => `were not compared with those of others: ${detail ?? ''}`,
    remedy: () => 'Changes made to them by hand are not detected.',
  },
  NO_TENANTS: {
    severity: 'warning',
    text: () => 'is empty, so nothing was run for any tenant',
    remedy: () => 'If there should be tenants, check the option "tenants.list".',
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;
