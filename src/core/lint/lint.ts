import { maskSecrets } from '../sql/text/secrets.js';
import type { Diagnostic } from './diagnostic.js';
import { checkFiles, type Basis } from './check-files.js';
import type { LintFile } from './model/parsed-file.js';
import { readFiles, type ReadingSources } from './read-files.js';
import { opinionsOn, type SecondOpinion } from './second-opinion.js';

/** What lint needs from its caller. */
export interface LintSources extends ReadingSources {
  /** Values of placeholders, which messages must not show. */
  readonly secrets: readonly string[];
  /** Another linter. @default none */
  readonly secondOpinion?: SecondOpinion | undefined;
}

/** Lints migrations in order. */
export async function lint(
  files: readonly LintFile[],
  { secrets, secondOpinion, ...sources }: LintSources,
  basis: Omit<Basis, 'catalog'>,
): Promise<Diagnostic[]> {
  const { parsed, catalog } = await readFiles(files, sources);
  const own = checkFiles(parsed, { ...basis, catalog });
  const found = secondOpinion ? await withOpinions(own, files, secondOpinion) : own;
  return found.map((each) => ({
    ...each,
    message: maskSecrets(each.message, secrets),
    remedy: maskSecrets(each.remedy, secrets),
  }));
}

/** Adds what another linter finds, each at its place in its file. */
async function withOpinions(
  own: readonly Diagnostic[],
  files: readonly LintFile[],
  ask: SecondOpinion,
): Promise<Diagnostic[]> {
  const all: Diagnostic[] = [];
  for (const each of files) {
    const found = [...own.filter(({ file }) => file === each.file), ...(await opinionsOn(each, ask))];
    all.push(...found.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)));
  }
  return all;
}

/** For reports that describe rules: loading this file has already loaded them. */
export { RULES } from './registry.js';
