import { problemDetails } from '../errors/files/file-problems.js';
import { finding, type Finding, type FindingCode, type FindingDetails } from '../errors/finding.js';
import { LAYOUTS, type Layout } from '../tools/layouts.js';
import type { Migration } from '../migration/migration.js';
import { substitute, type Placeholders } from './placeholders.js';
import type { CopySource } from '../sql/statements/statements.js';
import { locate, type SourceLocation } from '../sql/text/position.js';

/** The part of a file that runs. */
export interface SourceText {
  /** The text to run, with COPY rows and psql commands blanked out. */
  readonly sql: string;
  /** The same text with COPY rows and psql commands. It has the same offsets. */
  readonly withRows: string;
  /** Maps an offset in `sql` to an offset in the file. */
  readonly toFile: (offset: number) => number;
  /** True when it contains placeholder values that must not be shown: server messages may repeat them and must not be stored. */
  readonly holdsValues: boolean;
}

/** How to read a file's text. */
export interface ReadingRules {
  readonly layout: Layout;
  /** Undefined when the feature is off; `{{…}}` is then plain text. */
  readonly placeholders: Placeholders | undefined;
}

/** The whole file, without placeholders. */
export const PLAIN_READING: ReadingRules = { layout: LAYOUTS.plain, placeholders: undefined };

/**
 * Returns the section of a file to run, with placeholders replaced, and every reason why it cannot run. The source is
 * undefined when the file has no such section.
 */
export function sourceText(
  migration: Migration,
  rules: ReadingRules,
): { readonly source: SourceText | undefined; readonly refusals: readonly Finding[] } {
  const { file, text } = migration;
  const section = rules.layout.section(text);
  const refusal = (
    code: FindingCode,
    details: Omit<FindingDetails, 'subject'>,
    offset: number | undefined,
  ): Finding => {
    const place = offset === undefined ? undefined : locate(text, offset);
    return finding(code, { subject: file, ...details, ...(place && { line: place.line, column: place.column }) });
  };
  if (typeof section !== 'string')
    return { source: undefined, refusals: [refusal('SECTION', problemDetails(section.problem), section.offset)] };
  if (!rules.placeholders) {
    const source = { sql: section, withRows: section, toFile: (offset: number) => offset, holdsValues: false };
    return { source, refusals: [] };
  }
  const { text: sql, toOriginal, unknown, replaced } = substitute(section, rules.placeholders);
  const { shown = [] } = rules.placeholders;
  return {
    source: {
      sql,
      withRows: sql,
      toFile: toOriginal,
      holdsValues: [...replaced].some((name) => !shown.includes(name)),
    },
    refusals: unknown.map(({ name, offset }) => refusal('MISSING_PLACEHOLDER', { detail: name }, offset)),
  };
}

/** The rows to send after a `COPY … FROM stdin`: as on disk, except that CRLF becomes LF. */
export function copyRows(
  { withRows }: SourceText,
  { dataStart, dataEnd }: Pick<CopySource, 'dataStart' | 'dataEnd'>,
): string {
  return withRows.slice(dataStart, dataEnd).replace(/\r\n/g, '\n');
}

/** Locates an offset of the source in the file. */
export function locateInFile({ text }: Migration, { toFile }: SourceText, offset: number): SourceLocation {
  return locate(text, toFile(offset));
}

/** The text to store for a server message: a substitute when the message might contain placeholder values. */
export function storableMessage(source: SourceText | undefined, message: string): string {
  return source?.holdsValues ? 'the server message is not stored because it may contain placeholder values' : message;
}
