import { EXIT } from '../../process/exit-codes.js';
import type { CommonFlags } from '../../process/flags.js';
import { jsonText } from '../../render/json-text.js';
import type { Action } from '../action.js';
import { TENANTS_NOT_INCLUDED } from '../tenants-not-included.js';
import { reading } from '../with-migrator.js';

/** Shows the migrations that the next run would execute. */
export const pending: Action<CommonFlags> = (flags, { out, err }) =>
  reading(flags, async (migrator, { tenants }) => {
    const migrations = (await migrator.pending()).map(({ file, state }) => ({ file, state }));
    const asText = (): string => migrations.map(({ file, state }) => `${file} (${state})`).join('\n');
    out(flags.json ? jsonText({ migrations }) : asText() || 'Nothing is pending');
    if (tenants) err(TENANTS_NOT_INCLUDED);
    return EXIT.ok;
  });
