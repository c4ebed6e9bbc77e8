import { interruptible } from '../../composition/interruptible.js';
import { createMigrator } from '../../composition/create-migrator.js';
import type { EmitEvent } from '../../core/events/events.js';
import { displayName, parseTableName } from '../../core/target/table.js';
import type { Migrator } from '../../migrator/migrator.js';
import { renderEvent } from '../render/render-run.js';
import { renderStatus, statusToJson } from '../render/render-status.js';
import { settingsFrom, type CommonFlags } from '../settings.js';

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export async function migrateCommand(flags: CommonFlags, terminal: Terminal): Promise<void> {
  const tell = flags.json ? terminal.err : terminal.out;
  const onEvent: EmitEvent = (event) => {
    const line = renderEvent(event);
    if (line !== undefined) tell(line);
  };
  await withMigrator(flags, onEvent, async (migrator) => {
    const run = await interruptible((signal) => migrator.migrate(signal), terminal.err);
    if (flags.json) terminal.out(JSON.stringify(run));
    else
      terminal.out(
        run.applied.length === 0
          ? `nothing to apply (${run.durationMs} ms)`
          : `${run.applied.length} applied in ${run.durationMs} ms`,
      );
  });
}

export async function statusCommand(flags: CommonFlags, terminal: Terminal): Promise<void> {
  await withMigrator(
    flags,
    () => {},
    async (migrator, table) => {
      const report = await migrator.status();
      terminal.out(flags.json ? JSON.stringify(statusToJson(report), null, 2) : renderStatus(report, table));
    },
  );
}

async function withMigrator(
  flags: CommonFlags,
  onEvent: EmitEvent,
  work: (migrator: Migrator, table: string) => Promise<void>,
): Promise<void> {
  const settings = settingsFrom(flags, process.env);
  const migrator = createMigrator(settings, onEvent);
  try {
    await work(migrator, displayName(parseTableName(settings.table)));
  } finally {
    await migrator.close();
  }
}
