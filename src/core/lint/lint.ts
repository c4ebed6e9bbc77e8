import { maskSecrets } from '../sql/text/secrets.js';
import type { Diagnostic } from './diagnostic.js';
import { judge, type Judgement } from './judge.js';
import type { LintFile } from './model/parsed-file.js';
import { readFiles, type ReadingSources } from './read-files.js';

/** What lint needs from its caller. */
export interface LintSources extends ReadingSources {
  /** Values of placeholders, which messages must not show. */
  readonly secrets: readonly string[];
}

/** Lints migrations in order. */
export async function lint(
  files: readonly LintFile[],
  { secrets, ...sources }: LintSources,
  judgement: Omit<Judgement, 'catalog'>,
): Promise<Diagnostic[]> {
  const { parsed, catalog } = await readFiles(files, sources);
  return judge(parsed, { ...judgement, catalog }).map((found) => ({
    ...found,
    message: maskSecrets(found.message, secrets),
    remedy: maskSecrets(found.remedy, secrets),
  }));
}

/** For reports that describe rules: loading this file has already loaded them. */
export { RULES } from './registry.js';
