import { schemasOfCreated } from '../../../core/lint/syntax/schemas.js';
import { parseTableName } from '../../../core/target/table.js';
import { defaultSchemaOf } from '../../../core/target/target.js';
import { readStatements } from '../../../migrator/use-cases/catalog/read-statements.js';
import { migrationsOf, targetOf } from '../../create-migrator.js';
import type { ResolvedOptions } from '../../options.js';

/**
 * The schemas that files of tenants may name besides their own: those in which the shared files create something, and
 * those that the options name. A file that cannot be read or parsed adds nothing.
 *
 * @param hasFiles false if there are no shared files.
 * @throws DirectoryError
 */
export async function sharedSchemas(options: ResolvedOptions, hasFiles: boolean): Promise<readonly string[]> {
  const target = targetOf(options);
  const named = [parseTableName(options.table).schema, ...(options.searchPath ?? [])];
  if (!hasFiles) return named;
  const byDefault = defaultSchemaOf(target) ?? 'public';
  const { source, compiler } = migrationsOf(options);
  const { migrations } = await source.read();
  const created: string[] = [];
  for await (const { statements } of readStatements(migrations, { compiler, database: { target } }))
    for (const { node } of statements ?? []) if (node) created.push(...schemasOfCreated(node, byDefault));
  return [...named, ...created];
}
