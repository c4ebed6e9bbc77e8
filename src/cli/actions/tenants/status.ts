import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import { renderStandings, standingsToJson } from '../../render/tenants/render-standings.js';
import type { Action } from '../action.js';
import { verdictOfTenants } from './verdict.js';
import { readingTenants } from './with-fleet.js';

/** Shows which tenants are current, from one query. */
export const statusOfTenants: Action<ReadFlags> = (flags, { out, typed }) =>
  readingTenants(flags, async ({ fleet, selection, options }) => {
    const status = await fleet.status(selection);
    out(flags.json ? jsonText(standingsToJson(status, typed)) : renderStandings(status, typed));
    const verdict = verdictOfTenants(status, options.policy);
    return flags.exitCode || verdict === EXIT.failed ? verdict : EXIT.ok;
  });
