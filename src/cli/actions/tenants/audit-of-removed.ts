import { createMigrator } from '../../../composition/create-migrator.js';
import type { AuditEntry } from '../../../core/history/audit.js';
import type { TenantSelection } from '../../../fleet/selection.js';
import type { TenantsAtWork } from './with-fleet.js';

/** What is read for a selection. */
interface AuditsToRead {
  /** The tenants that are on the list, and unknown names. */
  readonly selection: TenantSelection;
  readonly removed: readonly { readonly tenant: string; readonly entries: readonly AuditEntry[] }[];
}

/**
 * The audit of the named tenants that are no longer on the list. It is looked up in the database of the shared files: the
 * list was all that knew the database of others.
 */
export async function auditOfRemoved({ fleet, selection, options }: TenantsAtWork): Promise<AuditsToRead> {
  if (!selection.tenants) return { selection, removed: [] };
  const listed = new Set((await fleet.tenants()).map(({ name }) => name));
  const gone = [...new Set(selection.tenants)].filter((name) => !listed.has(name));
  if (gone.length === 0) return { selection, removed: [] };
  const migrator = createMigrator(options, () => {});
  try {
    const audit = await migrator.audit();
    const removed = gone
      .map((tenant) => ({ tenant, entries: audit.filter(({ details }) => details?.['tenant'] === tenant) }))
      .filter(({ entries }) => entries.length > 0);
    const found = new Set(removed.map(({ tenant }) => tenant));
    return { selection: { ...selection, tenants: selection.tenants.filter((name) => !found.has(name)) }, removed };
  } finally {
    await migrator.close();
  }
}
