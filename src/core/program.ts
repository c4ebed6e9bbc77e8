import type { Refusal } from './errors.js';
import type { MigrationFile } from './migration-file.js';
import { needsAutocommit } from './sql/autocommit.js';
import { readDirectives } from './sql/directives.js';
import { usesNewEnumValue } from './sql/enum-values.js';
import { locate } from './sql/position.js';
import { preflight } from './sql/preflight.js';
import { splitLexically } from './sql/split.js';
import type { Statement } from './sql/statements.js';
import { makeSteps, type Step } from './sql/steps.js';
import { setsTransaction, transactionControl } from './sql/transaction-control.js';

/** A file that runs in one transaction, together with its history row. */
export interface TransactionalProgram {
  readonly kind: 'transactional';
  readonly migration: MigrationFile;
  /** The statement that opens its transaction: `BEGIN`, or the file's own with its options. */
  readonly begin: string;
  /** `SET TRANSACTION …` statements, which must run before the claim. */
  readonly preamble: readonly string[];
  /** The text to send: as on disk, with the file's own `BEGIN` and `COMMIT` blanked out. Offsets stay those of the file. */
  readonly body: string;
  /** Statements of `body`; undefined when the parser could not read the file, and the server judges. */
  readonly statements: readonly Statement[] | undefined;
  /** False when the file ends inside an open string or comment: it must travel in a message of its own. */
  readonly closed: boolean;
}

/** A file that cannot run in one transaction: its steps run one after the other, each recorded. */
export interface StepwiseProgram {
  readonly kind: 'stepwise';
  readonly migration: MigrationFile;
  readonly steps: readonly Step[];
  /** Steps that an earlier run did, counted from the first. */
  readonly resumeAt: number;
  /** Why it cannot run in one transaction, for people. */
  readonly reason: string;
}

export type Program = TransactionalProgram | StepwiseProgram;

/** Reads a file's statements; undefined when it is not understood (newer syntax, an error, or too large to parse). */
export type ParseStatements = (text: string) => Promise<readonly Statement[] | undefined>;

/** What became of a file: something to run, or the reasons why it cannot. */
export type Compiled = { readonly program: Program } | { readonly refusals: readonly Refusal[] };

/** Decides how a file is run, by PostgreSQL's own grammar. */
export async function compile(migration: MigrationFile, parse: ParseStatements): Promise<Compiled> {
  const { file, text } = migration;
  const { refusals, unclosed } = preflight(file, text);
  if (refusals.length > 0) return { refusals };

  const parsed = unclosed ? undefined : await parse(text);
  const reason = stepwiseReason(text, parsed);
  if (reason === undefined) return { program: transactional(migration, parsed, unclosed === undefined) };

  const { steps, openTransactionAt } = makeSteps(text, parsed ?? splitLexically(text));
  if (openTransactionAt !== undefined) {
    const { line, column } = locate(text, openTransactionAt);
    return { refusals: [{ file, line, column, reason: 'it begins a transaction that it never ends. Add the COMMIT' }] };
  }
  return { program: { kind: 'stepwise', migration, steps, resumeAt: 0, reason } };
}

function stepwiseReason(text: string, statements: readonly Statement[] | undefined): string | undefined {
  if (readDirectives(text).noTransaction) return 'it says so';
  if (!statements) return undefined;
  const inner = withoutOwnTransaction(statements);
  if (inner.some((statement) => transactionControl(statement) !== 'none')) return 'it controls transactions itself';
  if (inner.length < statements.length) return undefined;
  const first = statements.find(({ node }) => node && needsAutocommit(node));
  if (first) return `"${words(text, first)}" cannot run in a transaction`;
  if (usesNewEnumValue(statements)) return 'it uses an enum value that it adds';
  return undefined;
}

function words(text: string, { start, end }: Statement): string {
  return text.slice(start, end).split(/\s+/).slice(0, 3).join(' ');
}

/** The statements inside a `BEGIN … COMMIT` around the whole file; all of them when there is none. */
function withoutOwnTransaction(statements: readonly Statement[]): readonly Statement[] {
  const [first] = statements;
  const last = statements.at(-1);
  const wrapped =
    first && last && first !== last && transactionControl(first) === 'begin' && transactionControl(last) === 'commit';
  return wrapped ? statements.slice(1, -1) : statements;
}

function transactional(
  migration: MigrationFile,
  statements: readonly Statement[] | undefined,
  closed: boolean,
): TransactionalProgram {
  const { text } = migration;
  if (!statements)
    return { kind: 'transactional', migration, begin: 'BEGIN', preamble: [], body: text, statements, closed };

  const inner = withoutOwnTransaction(statements);
  const firstOther = inner.findIndex((statement) => !setsTransaction(statement));
  const hoisted = firstOther < 0 ? inner : inner.slice(0, firstOther);
  const rest = inner.slice(hoisted.length);
  const own = inner.length < statements.length ? statements[0] : undefined;
  return {
    kind: 'transactional',
    migration,
    begin: own ? text.slice(own.start, own.end) : 'BEGIN',
    preamble: hoisted.map(({ start, end }) => text.slice(start, end)),
    body: statements.filter((statement) => !rest.includes(statement)).reduce(blankOut, text),
    statements: rest,
    closed,
  };
}

function blankOut(text: string, { start, end }: Statement): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ') + text.slice(end);
}
