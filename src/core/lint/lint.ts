import type { ParseStatements } from '../compile/program.js';
import { maskSecrets } from '../sql/text/secrets.js';
import type { Diagnostic } from './diagnostic.js';
import { judge, type Judgement } from './judge.js';
import type { CatalogFacts } from './model/facts.js';
import { parseFile, type LintFile } from './model/parsed-file.js';
import { relationsIn } from './relations.js';
import type { RelationName } from './syntax/relation.js';

/** What lint needs from its caller. */
export interface LintSources {
  readonly parse: ParseStatements;
  /** Reads facts about relations from the database; undefined without one. */
  readonly readCatalog: ((names: readonly RelationName[]) => Promise<CatalogFacts>) | undefined;
  /** Values of placeholders, which messages must not show. */
  readonly secrets: readonly string[];
}

/** Lints migrations in order. */
export async function lint(
  files: readonly LintFile[],
  { parse, readCatalog, secrets }: LintSources,
  judgement: Omit<Judgement, 'catalog'>,
): Promise<Diagnostic[]> {
  const parsed = [];
  for (const file of files) parsed.push(await parseFile(file, parse));
  const catalog = await readCatalog?.(relationsIn(parsed));
  return judge(parsed, { ...judgement, catalog }).map((found) => ({
    ...found,
    message: maskSecrets(found.message, secrets),
    remedy: maskSecrets(found.remedy, secrets),
  }));
}

/** For reports that describe rules: loading this file has already loaded them. */
export { RULES } from './registry.js';
