import { lex } from '../sql/text/lexer.js';

/**
 * The names `schema.table` in the `FROM` lists of code, with those in its strings, which may be executed. Names that a
 * string is assembled from are not seen.
 */
export function namesReadInCode(code: string): readonly (readonly [schema: string, table: string])[] {
  const tokens: string[] = [];
  const strings: string[] = [];
  lex(code, (kind, start, end) => {
    const token = code.slice(start, end);
    if (kind === 'string') strings.push(contentOf(token));
    else if (kind === 'dollar-string') strings.push(token.replaceAll(/^\$\w*\$|\$\w*\$$/g, ''));
    else if (!kind.endsWith('comment')) tokens.push(kind === 'quoted-identifier' ? token : token.toLowerCase());
  });
  return [...namesIn(tokens), ...strings.flatMap(namesReadInCode)];
}

/** One level of parentheses. */
interface Level {
  /** True where `FROM` belongs to a function, as in `extract(epoch FROM at)`. */
  readonly isCall: boolean;
  isList: boolean;
}

function namesIn(tokens: readonly string[]): readonly (readonly [string, string])[] {
  const names: [string, string][] = [];
  const levels: Level[] = [{ isCall: false, isList: false }];
  let first = '';
  let isNext = false;
  tokens.forEach((token, i) => {
    const level = levels.at(-1);
    const previous = tokens[i - 1] ?? ';';
    if (STARTS.test(previous)) first = token;
    const isQualified = tokens[i + 1] === '.';
    if (isNext && isQualified && tokens[i + 3] !== '(') names.push([unquoted(token), unquoted(tokens[i + 2] ?? '')]);
    if (isNext && !isQualified && token.startsWith('pg_')) names.push(['pg_catalog', token]);
    if (token === '(') levels.push({ isCall: CALLS.test(previous), isList: isNext });
    if (token === ')' && levels.length > 1) levels.pop();
    if (!level) return;
    if (ENDS.test(token) || (token === 'values' && previous === '(')) level.isList = false;
    const isFrom = token === 'from' && previous !== 'distinct' && !level.isCall;
    // Elsewhere, these words are followed by values: EXECUTE … USING, ALTER … TYPE … USING.
    const isUsing = token === 'using' && /^(?:delete|merge|with)$/.test(first);
    if (isFrom || isUsing || token === 'join') level.isList = true;
    isNext =
      isFrom || isUsing || token === 'join' || (level.isList && token === ',') || (isNext && SKIPPED.test(token));
  });
  return names;
}

/** After these, a statement begins. */
const STARTS = /^(?:;|begin|then|else|loop)$/;
const ENDS = /^(?:;|where|group|order|having|limit|window|returning|set|loop|union|select|then)$/;
const CALLS = /^(?:extract|trim|substring|overlay|position)$/;
const SKIPPED = /^(?:only|lateral|\()$/;

/** The content of a string, also of `E'…'`. Escaped whitespace becomes a space; numeric escapes are not resolved. */
function contentOf(string: string): string {
  const start = string.indexOf("'") + 1;
  const content = string.slice(start, -1);
  if (!/^e/i.test(string)) return content.replaceAll("''", "'");
  return content.replaceAll(/''|\\(.)/gs, (_, escaped = "'") => ('bfnrt'.includes(escaped) ? ' ' : escaped));
}

function unquoted(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}
