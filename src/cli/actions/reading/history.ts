import { EXIT } from '../../process/exit-codes.js';
import type { ReadFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import type { Action } from '../action.js';
import { reading } from '../with-migrator.js';

/** Shows what ran, by whom and for how long; or the audit. */
export const history: Action<ReadFlags> = (flags, { out, columns }) =>
  reading(flags, async (migrator) => {
    if (flags.audit) {
      const entries = await migrator.audit();
      out(flags.json ? jsonText({ entries }) : (await renderer()).renderAudit(entries, columns));
    } else {
      const rows = await migrator.history();
      out(flags.json ? jsonText({ rows }) : (await renderer()).renderHistory(rows, columns));
    }
    return EXIT.ok;
  });

const renderer = () => import('../../render/render-history.js');
