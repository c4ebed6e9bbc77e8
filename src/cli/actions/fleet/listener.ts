import type { EventLine } from '../../../core/events/event-line.js';
import type { EmitEvent, MigrationEvent } from '../../../core/events/events.js';
import { withFlags } from '../../process/option-flags.js';
import type { CommandTerminal } from '../../process/terminal.js';

/** How a command shows events. */
interface View {
  /** Processes an event. @returns the permanent lines */
  readonly note: (event: MigrationEvent) => readonly EventLine[];
  /** The status text on a terminal; undefined if there is none. */
  readonly text: string | undefined;
}

/** Prints events: as plain lines, unless the output is a terminal. With `--json`, on stderr. */
export async function listenFor(
  view: View,
  { out, err, live }: CommandTerminal,
  isJson: boolean,
): Promise<{ readonly onEvent: EmitEvent; readonly close: () => void }> {
  const output = await live(isJson ? 'err' : 'out', () => view.text);
  const print = isJson ? err : out;
  const onEvent: EmitEvent = (event) => {
    for (const { level, text } of view.note(event)) {
      if (level === 'debug') continue;
      if (output) output.print(withFlags(text), level === 'warning' ? 'yellow' : undefined);
      else print(withFlags(text));
    }
  };
  return { onEvent, close: () => output?.close() };
}
