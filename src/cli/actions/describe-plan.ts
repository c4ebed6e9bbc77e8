import type { RunLimit } from '../../core/status/run-limit.js';
import { EXIT } from '../process/exit-codes.js';
import type { PlanFlags } from '../process/flags.js';
import type { CommandTerminal } from '../process/terminal.js';
import { jsonText } from '../render/json-text.js';
import { previewOf } from './preview.js';
import { TENANTS_NOT_INCLUDED } from './tenants-not-included.js';
import { reading } from './with-migrator.js';

/** Shows what a run within a limit would do now, or why it would be refused; or rehearses it. */
export const describePlan = (
  flags: PlanFlags,
  { out, err, typed }: CommandTerminal,
  limit: RunLimit = {},
): Promise<number> =>
  reading(flags, async (migrator, { tenants }) => {
    const { text, json, isWrong } = await previewOf(migrator, flags, typed, limit);
    out(flags.json ? jsonText(json) : text);
    if (tenants) err(TENANTS_NOT_INCLUDED);
    return isWrong ? EXIT.failed : EXIT.ok;
  });
