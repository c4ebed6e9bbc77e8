import type { EmitEvent } from '../../core/events/events.js';
import { renderEventAs } from '../../core/events/render-event.js';
import { EXIT } from '../process/exit-codes.js';
import type { CommonFlags } from '../process/flags.js';
import { withFlags } from '../process/option-flags.js';
import { inCommands } from '../process/voice.js';
import type { Action } from './action.js';
import { withMigrator } from './with-migrator.js';

/** Applies pending migrations. */
export const migrate: Action<CommonFlags> = async (flags, { out, err, typed }) => {
  const say = inCommands(typed);
  const print = flags.json ? err : out;
  const onEvent: EmitEvent = (event) => {
    for (const { level, text } of renderEventAs(say, event))
      if (level !== 'debug' || event.type === 'migration-notice') print(withFlags(text));
  };
  const run = await withMigrator(flags, onEvent, (migrator) => migrator.migrate());
  if (flags.json) out(JSON.stringify(run));
  return EXIT.ok;
};
