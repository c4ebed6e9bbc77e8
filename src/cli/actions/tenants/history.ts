import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import { renderAudit, renderHistory } from '../../render/render-history.js';
import type { Action } from '../action.js';
import { readingTenants } from './with-fleet.js';

/** Shows what ran for each tenant, or its audit. */
export const historyOfTenants: Action<ReadFlags> = (flags, { out, columns }) =>
  readingTenants(flags, async ({ fleet, selection }) => {
    const read = [];
    for (const { tenant, migrator } of await fleet.migrators(selection)) {
      if (flags.audit) {
        const entries = await migrator.audit();
        read.push({ json: { tenant, entries }, text: `${tenant}:\n${renderAudit(entries, columns)}` });
      } else {
        const rows = await migrator.history();
        read.push({ json: { tenant, rows }, text: `${tenant}:\n${renderHistory(rows, columns)}` });
      }
    }
    out(flags.json ? jsonText({ tenants: read.map(({ json }) => json) }) : read.map(({ text }) => text).join('\n\n'));
    return EXIT.ok;
  });
