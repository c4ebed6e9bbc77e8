import type { ParseStatements } from '../compile/program.js';
import type { CatalogFacts, TableFactsReader } from './model/facts.js';
import { parseFile, type LintFile, type ParsedFile } from './model/parsed-file.js';
import { relationsIn } from './relations.js';

/** What `readFiles` needs from its caller. */
export interface ReadingSources {
  readonly parse: ParseStatements;
  /** Reads facts about relations from the database; undefined if there is no database. */
  readonly tables: TableFactsReader | undefined;
}

/** Parses migrations, and reads facts about the relations in them from the database. */
export async function readFiles(
  files: readonly LintFile[],
  { parse, tables }: ReadingSources,
): Promise<{ readonly parsed: readonly ParsedFile[]; readonly catalog: CatalogFacts | undefined }> {
  const parsed = [];
  for (const file of files) parsed.push(await parseFile(file, parse));
  return { parsed, catalog: await tables?.read(relationsIn(parsed)) };
}
