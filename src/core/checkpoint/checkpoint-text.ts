import { withCheckpointHeader, type Checkpoint } from '../migration/checkpoint.js';
import { newMigrationBody } from '../migration/new-migration.js';
import type { Layout } from '../tools/layouts.js';

/** The state in which `pg_dump` expects its output to run. */
const SETTINGS = [
  "SET LOCAL search_path = '';",
  'SET LOCAL check_function_bodies = false;',
  'SET LOCAL xmloption = content;',
  'SET LOCAL client_min_messages = warning;',
];

/** The text of a checkpoint. @param blocks statements with their semicolons */
export function checkpointText(checkpoint: Checkpoint, blocks: readonly string[], layout: Layout): string {
  const body = [SETTINGS.join('\n'), ...blocks].join('\n\n');
  return withCheckpointHeader(checkpoint, newMigrationBody(body, layout));
}
