import { MigrationError } from '../migration-error.js';
import { list } from '../wording.js';

/** `checkpoint()` could not write a checkpoint. Nothing was written. */
export class CheckpointError extends MigrationError {
  constructor(
    text: string,
    /** Objects, rows or sequences that differ between the results of the migrations and of the checkpoint. */
    readonly differences: readonly string[] = [],
    options?: { cause?: unknown },
  ) {
    super('CHECKPOINT', text, options);
  }
}

/** @param code why `pg_dump` could not be started. */
export function noDumpProgram(program: string, code: string, major: number, cause: unknown): CheckpointError {
  const place = program.includes('/') ? '' : ' on the PATH';
  const why = code === 'ENOENT' ? `was not found${place}` : `could not be started (${code})`;
  return new CheckpointError(
    `No checkpoint was written: it is made with pg_dump, and ${program} ${why}. ${installDump(major)}`,
    [],
    { cause },
  );
}

/** An older `pg_dump` refuses newer servers. */
export function dumpTooOld(program: string, version: string, major: number): CheckpointError {
  return new CheckpointError(
    `No checkpoint was written: ${program} is version ${version}, and the server runs PostgreSQL ${major}, which an older pg_dump cannot dump. ${installDump(major)}`,
  );
}

function installDump(major: number): string {
  return (
    `Install pg_dump ${major} or later (on Debian and Ubuntu: the package postgresql-client-${major}), and name it if it is not the first on the PATH: ` +
    `for example with --pg-dump /usr/lib/postgresql/${major}/bin/pg_dump, or in code with checkpoint(version, { pgDump }).`
  );
}

/** @param said the end of what it wrote. */
export function dumpFailed(program: string, exit: string, said: string): CheckpointError {
  const advice = /row-level security/.test(said) ? `\n${ROW_SECURITY}` : '';
  return new CheckpointError(`${program} ended with ${exit}: ${said || 'it said nothing'}${advice}`);
}

const ROW_SECURITY =
  'A table with FORCE ROW LEVEL SECURITY hides rows from its owner, and so from the dump. Write the checkpoint as a role with BYPASSRLS, ' +
  'or end it before the migration that forces row security.';

/** A dump contains large objects in a form that cannot be part of a migration. */
export function largeObjects(): CheckpointError {
  return new CheckpointError(
    'The migrations create large objects, which a checkpoint cannot contain. End it before the migration that creates them, or store the data in a bytea column.',
  );
}

/** Every database that starts there would get the name of a database that was dropped. @param what first words of statements */
export function namesScratchDatabase(what: readonly string[]): CheckpointError {
  return new CheckpointError(
    `No checkpoint was written, because the migrations store the name of the current database: ${list(what)}. ` +
      'A checkpoint would contain the name of a scratch database. End it before the migration that does this.',
    what,
  );
}

/** A checkpoint lists the files that it replaces, one per line. */
export function unlistableName(file: string): CheckpointError {
  return new CheckpointError(
    `The name ${JSON.stringify(file)} contains a line break, and a checkpoint lists the names of files, one per line. Rename the file.`,
  );
}

/** The checkpoint does not do what the migrations do. */
export function unlike(file: string, differences: readonly string[]): CheckpointError {
  return new CheckpointError(
    `${file} was not written, because its result differs from that of the migrations: ${list(differences)}.`,
    differences,
  );
}

/** A dump of such a database is read differently elsewhere. */
export function oldStrings(): CheckpointError {
  return new CheckpointError(
    'The database sets standard_conforming_strings to off, so its dump would be read differently in other databases. Set it to on.',
  );
}

/** No checkpoint contains everything that is gone. */
export function filesGone(files: readonly string[]): CheckpointError {
  return new CheckpointError(
    `The files of these migrations are gone, and no checkpoint up to this version contains all of them: ${list(files)}. ` +
      'Restore them from version control, or choose a later version. Nothing was written.',
  );
}

/** Another migration has the number of the last one. */
export function endsInVersion(last: string, next: string): CheckpointError {
  return new CheckpointError(
    `${last} and ${next} have the same number: end the checkpoint at the last one that has it.`,
  );
}

/** A file with the name of the checkpoint is not one. */
export function nameTaken(file: string): CheckpointError {
  return new CheckpointError(`${file} already exists and is not a checkpoint. Nothing was written. Rename it first.`);
}

/** The files of tenants change what other tenants and the application use. @param what objects and first words of statements */
export function changesOutsideTenant(what: readonly string[]): CheckpointError {
  return new CheckpointError(
    `No checkpoint was written, because the tenants' files also change something outside the schema of the tenant: ${list(what)}. ` +
      'End the checkpoint before the migration that does this.',
    what,
  );
}

/** A checkpoint can contain the name of a schema only where the files have the placeholder, or need none. */
export function derivedFromSchema(what: readonly string[]): CheckpointError {
  return new CheckpointError(
    `No checkpoint was written, because the tenants' files compute something from the name of the schema: ${list(what)}. ` +
      'End the checkpoint before the migration that does this. A migration that has run anywhere must not be edited.',
    what,
  );
}

/** Two tenants that got the same files are not alike. */
export function tenantsDiffer(what: readonly string[]): CheckpointError {
  return new CheckpointError(
    `No checkpoint was written, because the tenants' files have different results for two tenants: ${list(what)}. ` +
      'A checkpoint cannot contain random values or values that depend on other tenants. End it before the file that adds them.',
    what,
  );
}

/** The dump contains what a run would replace. @param names of placeholders */
export function looksLikePlaceholder(names: readonly string[]): CheckpointError {
  return new CheckpointError(
    `No checkpoint was written, because the tenants' files put text into the database that looks like a placeholder: ${list(names)}. ` +
      'A run would replace that text. Choose other delimiters with the option "placeholderDelimiters", or end the checkpoint before the file that adds it.',
    names,
  );
}

/** One file cannot suit both. */
export function mixedTenants(withSchema: string, without: string): CheckpointError {
  return new CheckpointError(
    `No checkpoint was written, because some tenants have a schema and others have none, for example ${withSchema} and ${without}. One file cannot suit both.`,
  );
}

/** A checkpoint for schemas cannot be used for databases, nor the other way round. */
export function noTenants(): CheckpointError {
  return new CheckpointError(
    'No checkpoint was written: the list of tenants is empty and no file contains the placeholder for the schema, so nothing shows whether tenants have schemas or ' +
      'databases of their own. Add a tenant to the list; its schema need not exist.',
  );
}
