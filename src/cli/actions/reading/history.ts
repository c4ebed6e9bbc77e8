import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import type { Action } from '../action.js';
import { reading } from '../with-migrator.js';

/** Shows what was run, by whom and for how long; or the audit. */
export const history: Action<ReadFlags> = (flags, { out }) =>
  reading(flags, async (migrator) => {
    if (flags.audit) {
      const entries = await migrator.audit();
      out(flags.json ? JSON.stringify({ entries }, null, 2) : (await renderer()).renderAudit(entries));
    } else {
      const rows = await migrator.history();
      out(flags.json ? JSON.stringify({ rows }, null, 2) : (await renderer()).renderHistory(rows));
    }
    return EXIT.ok;
  });

const renderer = () => import('../../render/render-history.js');
