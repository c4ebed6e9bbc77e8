import { lex } from '../sql/text/lexer.js';

/** Limits that a file sets for itself, as PostgreSQL writes durations: `30s`, `5min`, `0`. */
export interface TimeoutDirectives {
  readonly lockTimeout?: string;
  readonly statementTimeout?: string;
  /** Directives whose value is no duration, with their offsets. */
  readonly mistakes: readonly { readonly directive: string; readonly offset: number }[];
}

const DIRECTIVE = /^--\s*(lock|statement)-timeout:\s*(.*?)\s*$/i;
const DURATION = /^\d+\s*(?:us|ms|s|min|h|d)?$/;

/** Reads `-- lock-timeout: 30s` and `-- statement-timeout: 5min` from the comments before the first statement. */
export function readTimeouts(text: string): TimeoutDirectives {
  const values: { lock?: string; statement?: string } = {};
  const mistakes: { directive: string; offset: number }[] = [];
  lex(text, (kind, start, end) => {
    if (kind !== 'line-comment') return kind === 'whitespace' || kind === 'block-comment';
    const [directive, name, value = ''] = DIRECTIVE.exec(text.slice(start, end)) ?? [];
    if (directive === undefined || name === undefined) return true;
    if (DURATION.test(value)) values[name.toLowerCase() as 'lock' | 'statement'] = value;
    else mistakes.push({ directive, offset: start });
    return true;
  });
  return {
    ...(values.lock !== undefined && { lockTimeout: values.lock }),
    ...(values.statement !== undefined && { statementTimeout: values.statement }),
    mistakes,
  };
}
