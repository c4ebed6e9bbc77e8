import { locateInFile } from '../../../core/compile/source-text.js';
import { placeholderNames } from '../../../core/compile/placeholders.js';
import { finding, type Finding, type FindingDetails } from '../../../core/errors/finding.js';
import { RefusedError } from '../../../core/errors/input-errors.js';
import type { MigrationSet } from '../../../core/migration/migration-set.js';
import { readStatements, type CompiledFor } from '../catalog/read-statements.js';
import { findFarReaching } from '../catalog/verified-migrations.js';

/** @throws RefusedError for migrations whose effect a dump cannot contain. */
export async function assertReplaceable({ migrations }: MigrationSet, parts: CompiledFor): Promise<void> {
  const refusals = await findIrreplaceable(migrations, parts);
  if (refusals.length > 0) throw new RefusedError(refusals);
}

/** @param allowed names of placeholders that the checkpoint contains too. */
export async function findIrreplaceable(
  migrations: MigrationSet['migrations'],
  parts: CompiledFor,
  allowed: readonly string[] = [],
): Promise<Finding[]> {
  const farReaching = await findFarReaching(migrations, parts, false);
  return [
    ...farReaching.map(({ code, subject, line, column, detail }) => {
      const isRead = code === 'FAR_REACHING_STATEMENT';
      const why: FindingDetails = isRead
        ? { subject, reason: 'reaches-further', ...(detail !== undefined && { detail }) }
        : { subject, reason: 'unknown-statements' };
      return finding('NOT_IN_CHECKPOINT', { ...why, ...(line && { line }), ...(column && { column }) });
    }),
    ...(await findRoleCode(migrations, parts)),
    ...findPlaceholders(migrations, parts, allowed),
  ];
}

/** Roles that are created or changed in a `DO` block: a dump does not contain them. */
export async function findRoleCode(migrations: MigrationSet['migrations'], parts: CompiledFor): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const { migration, program, statements } of readStatements(migrations, parts)) {
    for (const { node, start, end } of statements ?? []) {
      const command =
        node && 'DoStmt' in node ? ROLE_COMMAND.exec(program.source.sql.slice(start, end))?.[0] : undefined;
      if (command === undefined) continue;
      const { line, column } = locateInFile(migration, program.source, start);
      const details = { subject: migration.file, line, column, detail: command.toUpperCase() };
      found.push(finding('NOT_IN_CHECKPOINT', { ...details, reason: 'reaches-further' }));
    }
  }
  return found;
}

const ROLE_COMMAND = /\b(?:create|alter|drop)\s+(?:role|user|group)\b(?!\s+mapping)/i;

/** A dump contains the values instead, which may differ elsewhere. */
function findPlaceholders(
  migrations: MigrationSet['migrations'],
  { database }: CompiledFor,
  allowed: readonly string[],
): Finding[] {
  const { placeholders } = database.target;
  if (!placeholders) return [];
  return migrations.flatMap(({ file: subject, text }) => {
    const name = placeholderNames(text, placeholders).find((each) => !allowed.includes(each));
    const details = { subject, reason: 'placeholder-value', detail: name ?? '' } as const;
    return name === undefined ? [] : [finding('NOT_IN_CHECKPOINT', details)];
  });
}
