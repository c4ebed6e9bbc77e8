import { extras } from '../database-errors.js';
import type { FailedMigration } from '../migration-failed.js';
import { SQLSTATE } from '../sqlstate.js';
import { list, placeIn } from '../wording.js';
import { CheckpointError } from './checkpoint-error.js';
import { extensionAdvice } from './scratch-error.js';

/** What was applied to a scratch database when a file failed. */
export type AppliedFor =
  /** The migrations that the checkpoint is to replace. */
  | { readonly what: 'migrations' }
  /** The shared files, on which tenants' files may depend. */
  | { readonly what: 'shared' }
  /** The files that ran for a tenant before, for one with this schema, whose name has to be quoted. */
  | { readonly what: 'quoted'; readonly schema: string }
  /** The files that ran for a tenant before. They fail for every other one. */
  | { readonly what: 'again' }
  /** The checkpoint itself. */
  | { readonly what: 'checkpoint'; readonly origin: FailedStatement | undefined };

/** A statement of a checkpoint that failed. */
export interface FailedStatement {
  /** Its first words. */
  readonly statement: string;
  /** What it creates or fills, or the function that failed in it; undefined if that cannot be told. */
  readonly name: string | undefined;
  /** The migrations that contain this name. */
  readonly files: readonly string[];
}

/**
 * A migration failed in a scratch database.
 *
 * @param extensions those that only the live database has.
 * @param standsFor the last migration that the failed file replaces, if it is a checkpoint that exists already.
 */
export function failedForCheckpoint(
  applied: AppliedFor,
  failure: FailedMigration,
  extensions: readonly string[],
  standsFor: string | undefined,
  cause: unknown,
): CheckpointError {
  const { server } = failure;
  const settings = {
    server: '--server, or in code with checkpoint(version, { server })',
    extension: '--extension, or in code with checkpoint(version, { extensions })',
  };
  const lines = [
    `${reason(applied, failure)} ${server.message} (SQLSTATE ${server.sqlstate})`,
    ...excerpt(applied, failure),
    ...(extras(server) ? [extras(server).slice(1)] : []),
    ...extensionAdvice(server, extensions, settings),
    ...wayOut(applied, failure, standsFor),
  ];
  return new CheckpointError(lines.join('\n'), [], { cause });
}

function reason(applied: AppliedFor, { file, location }: FailedMigration): string {
  const failedAt = `Failed at ${placeIn(file, location?.line, location?.column)}:`;
  switch (applied.what) {
    case 'migrations':
      return `No checkpoint was written, because a migration fails in a scratch database. ${failedAt}`;
    case 'shared':
      return `No checkpoint of the tenants' files was written, because a shared file fails in a scratch database. ${failedAt}`;
    case 'quoted':
      return `No checkpoint was written, because a migration fails for a schema whose name has to be quoted: "${applied.schema}". ${failedAt}`;
    case 'again':
      return `No checkpoint was written, because a migration fails for the second tenant of a database. ${failedAt}`;
    case 'checkpoint':
      return `${file} was not written, because its statements fail in an empty database:`;
  }
}

/** Nobody can look up a line of a file that was not written. */
function excerpt(applied: AppliedFor, { location }: FailedMigration): readonly string[] {
  if (applied.what !== 'checkpoint') return location ? [location.excerpt.replace(/^/gm, '    ')] : [];
  return applied.origin ? [`  statement: ${applied.origin.statement}`] : [];
}

function wayOut(applied: AppliedFor, failure: FailedMigration, standsFor: string | undefined): readonly string[] {
  const { file } = failure;
  switch (applied.what) {
    case 'checkpoint':
      return afterRestoring(applied.origin, failure);
    case 'shared':
      return [
        "The tenants' files run after all shared files, so each shared file must run in an empty database.",
        standsFor === undefined
          ? `If no file creates what ${file} needs, add a shared file that does, with a lower number, and record it with "nest-migrations mark" wherever what it creates exists already.`
          : `${file} is a checkpoint. Restore the files that it replaces, if they are gone, and write it again: nest-migrations checkpoint ${standsFor}`,
      ];
    case 'quoted':
      return [
        'The same files ran for a schema whose name needs no quotes, but new tenants may have any name. ' +
          "The placeholder for the schema is quoted already; SQL that a file puts together has to quote the name too, as in format('%I', current_schema()).",
        'A migration that has run anywhere must not be edited: end the checkpoint before it.',
      ];
    case 'again':
      return [
        `The same files ran for the first tenant, so they leave something that belongs to no schema, such as a role. End the checkpoint before ${file}.`,
      ];
    case 'migrations':
      return [
        standsFor === undefined
          ? `If ${file} cannot run in an empty database, end the checkpoint before it.`
          : `${file} is an earlier checkpoint. Restore the files that it replaces from version control: then the new one does not need it.`,
      ];
  }
}

const UNDEFINED: readonly string[] = [
  SQLSTATE.undefinedTable,
  SQLSTATE.undefinedFunction,
  SQLSTATE.undefinedObject,
  SQLSTATE.undefinedColumn,
];

function afterRestoring(origin: FailedStatement | undefined, { server }: FailedMigration): readonly string[] {
  const { name, files = [] } = origin ?? {};
  return [
    ...(name !== undefined && files.length > 0 ? [`The name ${name} occurs in ${list(files)}.`] : []),
    UNDEFINED.includes(server.sqlstate)
      ? 'A dump is restored with an empty search_path, so a function that an index, a view or a default uses must name the schemas of what it uses, or set its own search_path. Correct it in a new migration, or end the checkpoint before the migration that creates it.'
      : 'End the checkpoint before the migration that creates this.',
  ];
}
