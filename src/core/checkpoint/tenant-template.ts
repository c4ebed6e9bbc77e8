import { checksum } from '../migration/checksum.js';
import { lex } from '../sql/text/lexer.js';
import { quoteIdentifier } from '../sql/text/quote.js';

/** The schema of a made-up tenant, and what takes its place in the checkpoint. */
export interface TenantNames {
  /** Occurs in no file, so wherever a dump has it, a file has the placeholder or relies on the `search_path`. */
  readonly schema: string;
  /** The placeholder with its delimiters. Its value is the quoted name. */
  readonly placeholder: string;
}

/** A block of a dump in which the placeholder stands for the schema of the tenant. */
export function templateOf(block: string, names: TenantNames): string {
  const rowsAt = COPY.exec(block)?.[0].length ?? block.length;
  return templateOfStatement(block.slice(0, rowsAt), names) + inText(block.slice(rowsAt), names);
}

const COPY = /^COPY [^]*? FROM stdin;\n/;

/** What a message shows instead of an object or a statement with the made-up name. */
export function forMessage(words: string, { schema, placeholder }: TenantNames): string {
  return words.replaceAll(quoteIdentifier(schema), () => placeholder).replaceAll(schema, () => placeholder);
}

/** True if the name is still there in another form, so something was computed from it. */
export function isDerived(template: string, { schema }: TenantNames): boolean {
  return template.toLowerCase().includes(schema.toLowerCase());
}

function templateOfStatement(statement: string, names: TenantNames): string {
  const identifiers = [quoteIdentifier(names.schema), ...(isPlain(names.schema) ? [names.schema] : [])];
  let result = '';
  let at = 0;
  let words = '';
  lex(statement, (kind, start, end) => {
    const token = statement.slice(start, end);
    if (kind === 'word') words = `${words} ${token}`.slice(-SEARCH_PATH.length);
    let replaced = token;
    if (kind === 'word' || kind === 'quoted-identifier')
      replaced = identifiers.includes(token) ? names.placeholder : token;
    else if (kind === 'dollar-string') replaced = inText(token, names);
    else if (kind === 'string') replaced = ofString(token, words === SEARCH_PATH, names);
    result += statement.slice(at, start) + replaced;
    at = end;
  });
  return result + statement.slice(at);
}

/** The setting of a function. `pg_dump` writes its schemas as strings without quoting the names. */
const SEARCH_PATH = ' SET search_path TO';

/** A dollar-quoted string, so that the quoted name of any schema fits. */
function ofString(token: string, isSchema: boolean, names: TenantNames): string {
  const content = contentOf(token);
  if (isSchema && content === names.schema) return names.placeholder;
  const text = inText(content, names);
  if (text === content) return token;
  const tag = `$s_${checksum(text).slice(0, 12)}$`; // which no name of a schema contains by accident
  return `${tag}${text}${tag}`;
}

/** What `pg_dump` and the server escape: quotes, and backslashes after an E. */
function contentOf(token: string): string {
  const isEscaped = /^e/i.test(token);
  const content = token.slice(isEscaped ? 2 : 1, -1).replaceAll("''", "'");
  return isEscaped ? content.replaceAll('\\\\', '\\') : content;
}

function inText(text: string, { schema, placeholder }: TenantNames): string {
  const replaced = text.replaceAll(quoteIdentifier(schema), () => placeholder);
  return isPlain(schema) ? replaced.replaceAll(schema, () => placeholder) : replaced;
}

/** A name that the server does not quote. */
function isPlain(schema: string): boolean {
  return /^[a-z_][a-z0-9_]*$/.test(schema);
}
