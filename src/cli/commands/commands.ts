import { createMigrator } from '../../composition/create-migrator.js';
import type { EmitEvent } from '../../core/events/events.js';
import { renderEvent } from '../../core/events/render-event.js';
import type { Migrator } from '../../migrator/migrator.js';
import { EXIT } from './exit-code.js';
import { renderStatus, statusToJson } from '../render/render-status.js';
import { settingsFrom, type CommonFlags } from './settings.js';

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs a command and returns its exit code. @throws MigrationError */
export type CommandAction = (flags: CommonFlags, terminal: Terminal) => Promise<number>;

/** Applies pending migrations. */
export const migrateCommand: CommandAction = async (flags, { out, err }) => {
  const print = flags.json ? err : out;
  const onEvent: EmitEvent = (event) => {
    for (const { level, text } of renderEvent(event))
      if (level !== 'debug' || event.type === 'migration-notice') print(text);
  };
  const run = await withMigrator(flags, onEvent, (migrator) => migrator.migrate());
  if (flags.json) out(JSON.stringify(run));
  return EXIT.ok;
};

/** Shows every migration and its state. */
export const statusCommand: CommandAction = async (flags, { out }) =>
  withMigrator(
    flags,
    () => {},
    async (migrator) => {
      const report = await migrator.status();
      out(flags.json ? JSON.stringify(statusToJson(report), null, 2) : renderStatus(report, migrator.target));
      const isEmpty = report.findings.some(({ code }) => code === 'EMPTY_DIRECTORY');
      return isEmpty || report.summary.failed + report.summary.unusable > 0 ? EXIT.failed : EXIT.ok;
    },
  );

async function withMigrator<T>(
  flags: CommonFlags,
  onEvent: EmitEvent,
  work: (migrator: Migrator) => Promise<T>,
): Promise<T> {
  const migrator = createMigrator(settingsFrom(flags, process.env), onEvent);
  try {
    return await work(migrator);
  } finally {
    await migrator.close();
  }
}
