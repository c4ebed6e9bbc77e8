import { locateInFile } from '../compile/source-text.js';
import type { Program } from '../compile/program.js';
import type { Severity } from '../errors/finding.js';
import type { Diagnostic } from './diagnostic.js';
import type { LintFile } from './model/parsed-file.js';

/** A migration as it will run, for another linter. */
export interface RunnableText {
  readonly file: string;
  /** The SQL that runs, with the values of placeholders; rows of `COPY` and psql commands are blanked out. */
  readonly sql: string;
  /** True if it runs in one transaction; false if it runs statement by statement. */
  readonly isTransactional: boolean;
}

/** A problem that another linter found. */
export interface Opinion {
  /** The name of the linter and of its rule: `squawk/ban-drop-column`. */
  readonly rule: string;
  readonly severity: Severity;
  /** The rest of a sentence that begins with the file, without a full stop. */
  readonly message: string;
  /** What to do instead, in whole sentences; may be empty. */
  readonly remedy: string;
  /** UTF-16 offset in the text. */
  readonly offset: number;
}

/** Asks another linter about a migration. */
export type SecondOpinion = (text: RunnableText) => Promise<readonly Opinion[]>;

/** What another linter finds in a migration. Finished steps and files that cannot run are left out. */
export async function opinionsOn({ compiled, resumeAt }: LintFile, ask: SecondOpinion): Promise<Diagnostic[]> {
  if (!('program' in compiled)) return [];
  const { program } = compiled;
  const { migration, source } = program;
  const { file } = migration;
  const from = endOfFinished(program, resumeAt);
  const opinions = await ask({ file, sql: source.sql, isTransactional: program.kind === 'transactional' });
  return opinions
    .filter(({ offset }) => offset >= from)
    .map(({ offset, ...opinion }) => {
      const { line, column, excerpt } = locateInFile(migration, source, offset);
      return { ...opinion, file, line, column, excerpt, size: undefined };
    });
}

/** The end of the steps that an earlier run finished. */
function endOfFinished(program: Program, resumeAt: number): number {
  return program.kind === 'transactional' ? 0 : (program.steps[resumeAt - 1]?.wholeEnd ?? 0);
}
