import type { CheckFlags } from '../../process/flags.js';
import { formatOf } from '../../process/format.js';
import { jsonText } from '../../render/json-text.js';
import type { Action } from '../action.js';
import { TENANTS_NOT_INCLUDED } from '../tenants-not-included.js';
import { reading } from '../with-migrator.js';
import { checkTarget } from './check-target.js';
import { checkToJson, renderCheck } from './render-check.js';

/** Reports, also as the exit code, whether the database matches the files, and whether pending files may run. */
export const check: Action<CheckFlags> = async (flags, terminal) => {
  if (flags.base !== undefined) return (await import('./check-base.js')).checkBase(flags, terminal);
  const { out, err, typed } = terminal;
  const format = formatOf(flags, ['text', 'github']);
  const lint = flags.lint ?? 'error';
  return reading({ ...flags, lint }, async (migrator, options) => {
    const checked = await checkTarget(migrator, options, typed, flags);
    out(format === 'json' ? jsonText(checkToJson(checked)) : renderCheck(checked, format, options.directory));
    if (options.tenants) err(TENANTS_NOT_INCLUDED);
    return checked.exitCode;
  });
};
