import type { Opinion, SecondOpinion } from '../../core/lint/second-opinion.js';
import { splitLexically } from '../../core/sql/statements/split.js';
import type { Statement } from '../../core/sql/statements/statements.js';
import { blankOut } from '../../core/sql/text/blank.js';
import { runSquawk, type SquawkReport } from './run-squawk.js';

/** This library sets timeouts, but Squawk cannot know that. Our rule `missing-lock-timeout` checks them. */
const TIMEOUT_RULES: readonly string[] = [
  'require-lock-timeout',
  'require-statement-timeout',
  'require-timeout-settings',
];

/**
 * Lints migrations with Squawk.
 *
 * @param nameOf the name that Squawk gets for a file; its configuration may exclude it.
 */
export function askSquawk(binary: string, nameOf: (file: string) => string): SecondOpinion {
  return async ({ file, sql, isTransactional }) => {
    const statements = splitLexically(sql);
    const unreadable = new Map<Statement, SquawkReport>();
    for (;;) {
      // A syntax error silences the other rules in the whole file, so Squawk runs again without that statement.
      const text = blankOut(
        sql,
        statements.filter((each) => unreadable.has(each)),
      );
      const reports = await runSquawk(binary, { name: nameOf(file), sql: text, isTransactional });
      const offsetOf = offsetsIn(text);
      const before = unreadable.size;
      for (const report of reports.filter(isSyntaxError)) {
        const statement = statementAt(statements, offsetOf(report));
        if (statement && !unreadable.has(statement)) unreadable.set(statement, report);
      }
      if (unreadable.size > before) continue;
      const relevant = reports.filter(isRelevant);
      return [...relevant.map((each) => opinion(each, offsetOf(each))), ...[...unreadable].map(silence)];
    }
  };
}

function isSyntaxError({ rule_name: rule }: SquawkReport): boolean {
  return rule === 'syntax-error';
}

function isRelevant(report: SquawkReport): boolean {
  return !isSyntaxError(report) && !TIMEOUT_RULES.includes(report.rule_name);
}

function opinion({ rule_name: rule, level, message, help }: SquawkReport, offset: number): Opinion {
  return {
    rule: `squawk/${rule}`,
    severity: level === 'Error' ? 'error' : 'warning',
    message: `breaks a rule of Squawk: ${message.trim().replace(/\.$/, '')}`,
    remedy: help === null ? '' : `${help.trim().replace(/\.$/, '')}.`,
    offset,
  };
}

/** Squawk does not know all of the syntax, so this is only a note: our rule `unreadable-statement` reports mistakes. */
function silence([{ start }, { rule_name: rule, message }]: [Statement, SquawkReport]): Opinion {
  return {
    rule: `squawk/${rule}`,
    severity: 'note',
    message: `has a statement that Squawk cannot read and has not checked: ${message}`,
    remedy: '',
    offset: start,
  };
}

/** The statement that contains an error; the last one, if the error comes after it. */
function statementAt(statements: readonly Statement[], offset: number): Statement | undefined {
  return statements.find(({ end }) => offset <= end) ?? statements.at(-1);
}

/** Finds the UTF-16 offset of reports in a text. Only LF ends a line. */
function offsetsIn(text: string): (report: SquawkReport) => number {
  const lines = text.split('\n');
  const starts: number[] = [];
  for (let i = 0, start = 0; i < lines.length; start += (lines[i++]?.length ?? 0) + 1) starts.push(start);
  return ({ line, column }) => {
    const bytes = Buffer.from((lines[line] ?? '').slice(0, column));
    return (starts[line] ?? text.length) + bytes.subarray(0, column).toString().length;
  };
}
