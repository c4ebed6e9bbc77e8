import type { EmitEvent } from '../../core/events/events.js';
import type { HistoryReader, MigrationDatabase, MigrationSource } from '../../core/ports/ports.js';
import type { ParseStatements } from '../../core/compile/program.js';
import type { ReadingRules } from '../../core/compile/source-text.js';

/** What the use cases work on: the files, the database and the way to tell of what happens. */
export interface Dependencies {
  readonly source: MigrationSource;
  readonly database: MigrationDatabase;
  /** Light reads, possibly under another role. */
  readonly reader: HistoryReader;
  readonly parse: ParseStatements;
  /** How the files' texts are read. */
  readonly reading: ReadingRules;
  readonly emit: EmitEvent;
}
