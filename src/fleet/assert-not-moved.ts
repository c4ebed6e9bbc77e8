import { finding } from '../core/errors/finding.js';
import { RefusedError } from '../core/errors/input-errors.js';
import { isReplaced, type KnownTenant, type TenantStanding } from '../core/tenants/standing.js';

interface Placed extends Pick<KnownTenant, 'tenant' | 'record'> {
  readonly standing: Pick<TenantStanding, 'findings'>;
}

/** After a database was restored, one refusal says more than one for each tenant. @throws RefusedError */
export function assertNotMoved(tenants: readonly Placed[]): void {
  const databases = new Map<string, Placed[]>();
  for (const known of tenants) {
    const { database } = known.tenant.place;
    const neighbours = databases.get(database);
    if (neighbours) neighbours.push(known);
    else databases.set(database, [known]);
  }
  const moved = [...databases.values()].map(movedOf).filter((count) => count > 1);
  const all = moved.reduce((sum, count) => sum + count, 0);
  if (all > 0) throw new RefusedError([finding('TENANTS_MOVED', { subject: `The histories of ${all} tenants` })]);
}

/** How many tenants of one database have the history of another schema; 0 if any has its own. */
function movedOf(tenants: readonly Placed[]): number {
  if (tenants.some(({ record }) => isRecorded(record))) return 0;
  return tenants.filter(({ standing }) => isReplaced(standing)).length;
}

function isRecorded(record: KnownTenant['record']): boolean {
  return 'history' in record && record.history.rows.length > 0;
}
