import { EXIT } from '../../process/exit-codes.js';
import type { CommonFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import type { Action } from '../action.js';
import { reading } from '../with-migrator.js';

/** Shows the migrations that the next run would execute. */
export const pending: Action<CommonFlags> = (flags, { out }) =>
  reading(flags, async (migrator) => {
    const migrations = (await migrator.pending()).map(({ file, state }) => ({ file, state }));
    const asText = (): string => migrations.map(({ file, state }) => `${file} (${state})`).join('\n');
    out(flags.json ? jsonText({ migrations }) : asText() || 'Nothing is pending');
    return EXIT.ok;
  });
