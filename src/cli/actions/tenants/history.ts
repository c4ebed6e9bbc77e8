import type { AuditEntry } from '../../../core/history/audit.js';
import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import { renderAudit, renderHistory } from '../../render/render-history.js';
import { failedToJson, renderFailed } from '../../render/tenants/failed-tenants.js';
import { NO_TENANTS_LISTED } from '../../render/tenants/words.js';
import type { Action } from '../action.js';
import { auditOfRemoved } from './audit-of-removed.js';
import { forEachTenant, throwIfSameForAll } from './for-each-tenant.js';
import { readingTenants } from './with-fleet.js';

/** Shows what ran for each tenant, or its audit, which outlives the tenant. */
export const historyOfTenants: Action<ReadFlags> = (flags, { out, columns, typed }) =>
  readingTenants(flags, async (given) => {
    const { fleet } = given;
    const { selection, removed } = flags.audit
      ? await auditOfRemoved(given)
      : { selection: given.selection, removed: [] };
    const results = await forEachTenant(await fleet.migrators(selection), async ({ tenant, migrator }) => {
      if (flags.audit) return auditOf(tenant, await migrator.audit(), columns);
      const rows = await migrator.history();
      return { json: { tenant, rows }, text: `${tenant}:\n${renderHistory(rows, columns)}` };
    });
    throwIfSameForAll(results);
    const { done, failed } = results;
    const read = [
      ...done.map(({ result }) => result),
      ...removed.map(({ tenant, entries }) => auditOf(tenant, entries, columns)),
    ];
    if (flags.json) out(jsonText({ tenants: read.map(({ json }) => json), failed: failedToJson(failed, typed) }));
    else {
      const texts = [...read.map(({ text }) => text), ...renderFailed(failed, typed, 'could not be read')];
      out(texts.join('\n\n') || NO_TENANTS_LISTED);
    }
    return failed.length > 0 ? EXIT.failed : EXIT.ok;
  });

function auditOf(tenant: string, entries: readonly AuditEntry[], columns: number | undefined) {
  return {
    json: { tenant, entries },
    text: `${tenant}:\n${renderAudit(entries, columns, { isOfOneTenant: true })}`,
  };
}
