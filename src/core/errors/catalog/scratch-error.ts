import { extras, type ServerErrorDetails } from '../database-errors.js';
import { MigrationError } from '../migration-error.js';
import type { FailedMigration } from '../migration-failed.js';
import type { Text, Voice } from '../remedy.js';
import { list, placeIn } from '../wording.js';

/** `verify()` could not create a scratch database, or could not apply the migrations to it. */
export class ScratchDatabaseError extends MigrationError {
  constructor(
    text: Text,
    /** The migration that failed; undefined if there was no database to apply it to. */
    readonly file?: string,
    options?: { cause?: unknown },
    /** Extensions that the database has, and no earlier migration creates. */
    readonly extensions: readonly string[] = [],
  ) {
    super('SCRATCH_DATABASE', text, options);
  }
}

function onAnotherServer(say: Voice): string {
  return say({ action: 'verify-on' });
}

/** The role may not create databases. @param role quoted for SQL */
export function mayNotCreate(role: string): ScratchDatabaseError {
  return new ScratchDatabaseError(
    `The role ${role} may not create a scratch database. Ask an administrator to run: ALTER ROLE ${role} CREATEDB; ` +
      'or name a server on which databases may be created: with --server, or in code with verify({ server }) or checkpoint(version, { server }).',
  );
}

/** Other major versions format definitions differently. */
export function otherVersion(live: number, scratch: number): ScratchDatabaseError {
  return new ScratchDatabaseError(
    `The server for the scratch database runs PostgreSQL ${scratch}, but the database runs PostgreSQL ${live}. ` +
      'Major versions format definitions differently: name a server with the same version.',
  );
}

/** A migration failed in the scratch database. @param extensions those that only the live database has */
export function failedInScratch(
  { file, server, location }: FailedMigration,
  extensions: readonly string[],
  cause: unknown,
): ScratchDatabaseError {
  return new ScratchDatabaseError(
    (say) =>
      [
        `The migrations cannot be applied to a scratch database. Failed at ${placeIn(file, location?.line, location?.column)}: ` +
          `${server.message} (SQLSTATE ${server.sqlstate})${extras(server)}`,
        ...extensionAdvice(server, extensions, {
          server: onAnotherServer(say),
          extension: say({ action: 'verify-with', extension: extensions[0] ?? '' }),
        }),
        `If it cannot run in an empty database, leave it out with ${say({ action: 'verify-without', file })}.`,
      ].join('\n'),
    file,
    { cause },
    extensions,
  );
}

/** Without a record, nothing says which schemas the migrations have created. @param reason why there is none */
export function notRecordedInScratch(reason: string): ScratchDatabaseError {
  return new ScratchDatabaseError(
    `The catalog of the scratch database could not be recorded, so nothing was compared: ${reason}`,
  );
}

/** How to name another server, and an extension that is created first. */
interface ScratchSettings {
  readonly server: string;
  readonly extension: string;
}

/** What to do if an extension is missing. @param extensions those that only the live database has */
export function extensionAdvice(
  { message }: ServerErrorDetails,
  extensions: readonly string[],
  { server, extension }: ScratchSettings,
): readonly string[] {
  const isAbsent = /extension "[^"]*" is not available|extension control file/.test(message);
  return [
    ...(isAbsent ? [`Install the extension on the server, or choose a server that has it, with ${server}.`] : []),
    ...(extensions.length === 0
      ? []
      : [
          `No earlier migration creates these extensions of the database: ${list(extensions)}. ` +
            `If the file needs one, create it first with ${extension}.`,
        ]),
  ];
}
