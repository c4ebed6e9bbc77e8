import type { Refusal } from '../errors/errors.js';
import { LAYOUTS, type Layout } from '../tools/layouts.js';
import type { MigrationFile } from '../migration/migration-file.js';
import { substitute, type Placeholders } from './placeholders.js';
import { locate, type SourceLocation } from '../sql/text/position.js';

/** What of a file is run. */
export interface SourceText {
  readonly sql: string;
  /** The offset in the file, for an offset in `sql`. */
  readonly toFile: (offset: number) => number;
  /** True when values stand in it: what the server says of it may hold them, and is not for storing. */
  readonly holdsValues: boolean;
}

/** How a file's text is read before it is run. */
export interface ReadingRules {
  readonly layout: Layout;
  /** Undefined: the feature is off, and `{{…}}` is data. */
  readonly placeholders: Placeholders | undefined;
}

export const PLAIN_READING: ReadingRules = { layout: LAYOUTS.plain, placeholders: undefined };

/** The section of a file to run, with values in the place of placeholders; or every reason why there is none. */
export function sourceText(
  migration: MigrationFile,
  rules: ReadingRules,
): SourceText | { refusals: readonly Refusal[] } {
  const { file, text } = migration;
  const section = rules.layout.section(text);
  const refusal = (reason: string, offset: number): Refusal => {
    const { line, column } = locate(text, offset);
    return { file, line, column, reason };
  };
  if (typeof section !== 'string') {
    const { problem, offset } = section;
    return { refusals: [offset === undefined ? { file, reason: problem } : refusal(problem, offset)] };
  }
  if (!rules.placeholders) return { sql: section, toFile: (offset) => offset, holdsValues: false };

  const { text: sql, toOriginal, unknown } = substitute(section, rules.placeholders);
  if (unknown.length === 0) return { sql, toFile: toOriginal, holdsValues: sql !== section };
  return {
    refusals: unknown.map(({ name, offset }) =>
      refusal(`the placeholder ${name} has no value. Give it one in the option "placeholders"`, offset),
    ),
  };
}

/** Where in the file something of the source is. */
export function locateInFile({ text }: MigrationFile, { toFile }: SourceText, offset: number): SourceLocation {
  return locate(text, toFile(offset));
}

/** What may be stored of something that the server says about a source: nothing, when that could hold values. */
export function storableMessage(source: SourceText | undefined, message: string): string {
  return source?.holdsValues ? 'what the server said is not stored, as it may hold values of placeholders' : message;
}
