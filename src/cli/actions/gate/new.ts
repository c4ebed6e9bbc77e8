import path from 'node:path';
import { directoryRules } from '../../../composition/directory-rules.js';
import { newMigrationBody, newMigrationPath } from '../../../core/migration/new-migration.js';
import type { MigrationSet } from '../../../core/migration/migration-set.js';
import { DirectoryError } from '../../../core/errors/input-errors.js';
import { problemText } from '../../../core/problems/file-problem.js';
import { createFile } from '../../../files/create-file.js';
import { decodeText } from '../../../files/decode.js';
import { MigrationDirectory } from '../../../files/directory.js';
import { CliError, usageError } from '../../process/cli-error.js';
import { EXIT } from '../../process/exit-codes.js';
import type { NewFlags } from '../../process/flags.js';
import { readStandardInput } from '../../process/standard-input.js';
import type { Terminal } from '../../process/terminal.js';
import { jsonText } from '../../render/json-text.js';
import { pathsFromHere } from '../../render/lint/report-path.js';
import type { Action } from '../action.js';
import type { ProjectOptions } from '../../configuration/project-options.js';
import { fileSettingsFrom } from '../../configuration/settings.js';
import { noTenants } from '../no-tenants.js';

/** Creates a migration with the next version. */
export const newMigration: Action<NewFlags> = async (flags, terminal, name = '') => {
  const { options } = await fileSettingsFrom(flags);
  const directory = directoryOf(options, flags);
  const rules = directoryRules(options);
  const { layout } = rules;
  const { newest } = await readOrNothing(new MigrationDirectory(directory, rules));
  const planned = newMigrationPath({
    layout,
    name,
    newest,
    now: new Date(),
    style: styleOf(flags),
  });
  if ('problem' in planned) throw usageError(`${JSON.stringify(name)} is not a valid name: ${planned.problem}`);
  const { file } = planned;
  const shown = pathsFromHere(directory)(file);
  const body = newMigrationBody(await bodyFrom(terminal), layout);
  if (!(await create(directory, file, body)))
    throw new CliError('FILE_EXISTS', EXIT.failed, `${shown} already exists. Nothing was written. Use another name.`);
  terminal.out(flags.json ? jsonText({ file, path: shown }) : `Created ${shown}`);
  return EXIT.ok;
};

function directoryOf({ directory, tenants }: ProjectOptions, flags: NewFlags): string {
  if (!flags.tenants) return directory;
  if (flags.dir !== undefined) throw usageError('--dir and --tenants are mutually exclusive');
  if (!tenants) throw noTenants();
  return tenants.directory;
}

function styleOf({ number = false, timestamp = false }: NewFlags): 'number' | 'timestamp' | undefined {
  if (number && timestamp) throw usageError('--number and --timestamp are mutually exclusive');
  return number ? 'number' : timestamp ? 'timestamp' : undefined;
}

/** The first migration creates the directory. */
async function readOrNothing(directory: MigrationDirectory): Promise<Pick<MigrationSet, 'newest'>> {
  try {
    return await directory.read();
  } catch (error) {
    if (isMissing(error)) return { newest: undefined };
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof DirectoryError && error.problems.some(({ code }) => code === 'missing');
}

async function create(directory: string, file: string, body: string): Promise<boolean> {
  try {
    return await createFile(path.resolve(directory, file), body);
  } catch (error) {
    const { code: systemCode = 'an unknown error' } = error as NodeJS.ErrnoException;
    const problem = { code: 'not-written', systemCode, file } as const;
    throw new DirectoryError(path.resolve(directory), [problem], { cause: error });
  }
}

async function bodyFrom({ err }: Terminal): Promise<string> {
  const given = await readStandardInput(() =>
    err('Reading the SQL of the migration from standard input. For an empty migration, append "</dev/null".'),
  );
  const text = given === undefined ? '' : decodeText(given);
  if (typeof text === 'string') return text;
  throw usageError(`standard input is not a valid migration: ${problemText(text.problem)}`);
}
