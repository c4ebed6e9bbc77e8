import { finding } from '../core/errors/finding.js';
import { RefusedError } from '../core/errors/input-errors.js';
import { isReplaced, type TenantRecord, type TenantStanding, type UnreadRecord } from '../core/tenants/standing.js';

/** After a restore, one refusal says more than one for each tenant. @throws RefusedError */
export function assertNotMoved(
  standings: readonly TenantStanding[],
  records: readonly (TenantRecord | UnreadRecord)[],
): void {
  const moved = standings.filter(isReplaced).length;
  if (moved < 2 || records.some(isRecorded)) return;
  throw new RefusedError([finding('TENANTS_MOVED', { subject: `The histories of ${moved} tenants` })]);
}

function isRecorded(record: TenantRecord | UnreadRecord): boolean {
  return 'history' in record && record.history.rows.length > 0;
}
