import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import { renderRollouts, rolloutsToJson } from '../../render/tenants/render-rollouts.js';
import type { Action } from '../action.js';
import { readingTenants } from '../tenants/with-fleet.js';

/** Shows the rollouts of all processes. */
export const rollouts: Action<ReadFlags> = (flags, { out, typed, columns }) =>
  readingTenants(flags, async ({ fleet }) => {
    const queued = await fleet.queued();
    out(flags.json ? jsonText(rolloutsToJson(queued ?? [])) : renderRollouts(queued, { typed, columns }));
    return EXIT.ok;
  });
