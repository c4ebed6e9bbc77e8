import type { EmitEvent } from '../../core/events/events.js';
import { renderEvent } from '../../core/events/render-event.js';
import { EXIT } from '../process/exit-codes.js';
import type { CommonFlags } from '../process/flags.js';
import type { Action } from './action.js';
import { withMigrator } from './with-migrator.js';

/** Applies pending migrations. */
export const migrate: Action<CommonFlags> = async (flags, { out, err }) => {
  const print = flags.json ? err : out;
  const onEvent: EmitEvent = (event) => {
    for (const { level, text } of renderEvent(event))
      if (level !== 'debug' || event.type === 'migration-notice') print(text);
  };
  const run = await withMigrator(flags, onEvent, (migrator) => migrator.migrate());
  if (flags.json) out(JSON.stringify(run));
  return EXIT.ok;
};
