import { MigrationError } from '../../core/errors/migration-error.js';
import { maskSecrets } from '../../core/sql/text/secrets.js';
import { CliError } from '../process/cli-error.js';
import type { Invocation } from '../process/invocation.js';
import { messageOf } from './in-commands.js';

/** The text of an error: its message if it is one of ours, otherwise its stack trace. */
export function describeError(error: unknown, typed: Invocation): string {
  if (error instanceof MigrationError) return messageOf(error, typed);
  if (error instanceof CliError) return error.message;
  return maskSecrets(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
