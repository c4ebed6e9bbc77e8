import { preflight } from '../compile/preflight.js';
import { firstWords } from '../errors/wording.js';
import { splitLexically } from '../sql/statements/split.js';
import { lex } from '../sql/text/lexer.js';
import { quoteIdentifier } from '../sql/text/quote.js';

/** What a dump must not contain, because it is not the same in every database. */
export interface DumpContext {
  /** The schema of the history table, which exists before a checkpoint runs. */
  readonly historySchema: string;
  /** The role that migrated: whoever runs the checkpoint takes its place. Undefined if unknown. */
  readonly owner: string | undefined;
  /** Statements that the dump of an empty database contains too. */
  readonly empty: ReadonlySet<string>;
}

/**
 * The statements of a dump by `pg_dump`, each with its semicolon and with the rows of a `COPY`. Comments, psql commands,
 * settings and whatever only fits the dumped database are left out.
 */
export function cleanDump(text: string, context: DumpContext): readonly string[] {
  const { copies } = preflight('', text);
  return splitLexically(text).flatMap(({ start, end }) => {
    const statement = cleaned(text.slice(start, end), context);
    const rows = copies.get(end);
    if (statement === undefined || (rows && rows.dataStart === rows.dataEnd)) return [];
    return [rows ? `${statement};\n${text.slice(rows.dataStart, rows.wholeEnd)}` : `${statement};`];
  });
}

/** The statements of a dump, to be compared with those of another one. */
export function statementsOf(text: string): ReadonlySet<string> {
  return new Set(splitLexically(text).map(({ start, end }) => text.slice(start, end)));
}

/** Settings of the restoring session. Some of them exist only in the version of `pg_dump`. */
const SESSION =
  /^SET (?:statement_timeout|lock_timeout|idle_in_transaction_session_timeout|transaction_timeout|client_encoding|standard_conforming_strings|check_function_bodies|xmloption|client_min_messages|row_security)|^SELECT pg_catalog\.set_config\('search_path', '', false\)$/;

function cleaned(statement: string, { historySchema, owner, empty }: DumpContext): string | undefined {
  if (SESSION.test(statement)) return undefined;
  if (statement.startsWith('SET default_')) return statement.replace('SET ', 'SET LOCAL ');
  if (empty.has(statement)) return undefined;
  // The server sets it, and only the owner of the extension may change it.
  if (statement.startsWith('COMMENT ON EXTENSION ')) return undefined;
  for (const schema of formsOf(historySchema))
    if (statement === `CREATE SCHEMA ${schema}`) return `CREATE SCHEMA IF NOT EXISTS ${schema}`;
  if (owner === undefined) return statement;
  const isOwned = formsOf(owner).some(
    (role) => statement.startsWith('ALTER ') && statement.endsWith(` OWNER TO ${role}`),
  );
  return isOwned ? undefined : forAnyRole(statement, formsOf(owner));
}

/** The statement with the role that migrated replaced by whoever runs it. */
function forAnyRole(statement: string, forms: readonly string[]): string {
  if (!NAMES_ROLES.test(statement)) return statement;
  let isList = false;
  let result = '';
  let at = 0;
  let depth = 0;
  lex(statement, (kind, start, end) => {
    const token = statement.slice(start, end);
    if (token === '(') depth++;
    if (token === ')') depth--;
    if (kind === 'word' && depth === 0 && /^(?:TO|FROM|ROLE|USING|WITH|IN|GRANT|REVOKE|GRANTED)$/.test(token))
      isList = /^(?:TO|FROM|ROLE)$/.test(token);
    else if (isList && depth === 0 && forms.includes(token)) {
      result += `${statement.slice(at, start)}CURRENT_USER`;
      at = end;
    }
  });
  return result + statement.slice(at);
}

/** Statements that name roles after `TO`, `FROM` or `ROLE`. */
const NAMES_ROLES = /^(?:GRANT|REVOKE|CREATE POLICY|ALTER DEFAULT PRIVILEGES)\b/;

/** A name as `pg_dump` may write it: it quotes only where it must. */
function formsOf(name: string): readonly string[] {
  return [name, quoteIdentifier(name)];
}

/** True for a block that creates a large object, in a form that cannot be part of a migration. */
export function isLargeObject(block: string): boolean {
  return block.startsWith('SELECT pg_catalog.lo_create(');
}

/** The first words of blocks that only one of two dumps has. Objects of the same name may be in another order. */
export function differingBlocks(one: readonly string[], other: readonly string[]): readonly string[] {
  return [...withoutBlocks(one, other), ...withoutBlocks(other, one)].map(wordsOf);
}

/** The first words of a block, for messages. */
export function wordsOf(block: string): string {
  return firstWords(block.replace(ROWS, ''));
}

/** Messages must not show the data in rows. */
const ROWS = /(?<=^COPY .* FROM stdin;)[^]*$/;

/** The blocks that the others lack, each as many times as it is missing there. */
export function withoutBlocks(blocks: readonly string[], others: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const each of others) counts.set(each, (counts.get(each) ?? 0) + 1);
  return blocks.filter((each) => {
    const left = counts.get(each) ?? 0;
    counts.set(each, left - 1);
    return left <= 0;
  });
}
