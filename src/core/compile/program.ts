import type { Refusal } from '../errors/errors.js';
import type { MigrationFile } from '../migration/migration-file.js';
import { needsAutocommit } from '../sql/statements/autocommit.js';
import { readDirectives } from './directives.js';
import { usesNewEnumValue } from '../sql/statements/enum-values.js';
import type { SourceLocation } from '../sql/text/position.js';
import { preflight } from './preflight.js';
import { splitLexically } from '../sql/statements/split.js';
import { readTimeouts, type TimeoutDirectives } from './timeout-directives.js';
import { changesStringMode } from '../sql/text/string-mode.js';
import type { Statement } from '../sql/statements/statements.js';
import { locateInFile, PLAIN_READING, sourceText, type ReadingRules, type SourceText } from './source-text.js';
import { makeSteps, type Step } from '../sql/statements/steps.js';
import {
  isSetting,
  makesReadOnly,
  setsTransaction,
  transactionControl,
} from '../sql/statements/transaction-control.js';

/** Limits that a file sets for itself, as PostgreSQL writes durations. */
export type FileTimeouts = Pick<TimeoutDirectives, 'lockTimeout' | 'statementTimeout'>;

interface FileProgram {
  readonly migration: MigrationFile;
  /** What of the file is run; offsets here are offsets of its `sql`. */
  readonly source: SourceText;
  readonly timeouts: FileTimeouts;
  /** The dead run that the history calls running on this file, whose row may be taken over; null when there is none. */
  readonly interruptedRun: string | null;
}

/** A file that runs in one transaction, together with its history row. */
export interface TransactionalProgram extends FileProgram {
  readonly kind: 'transactional';
  /** The statement that opens its transaction: `BEGIN`, or the file's own with its options. */
  readonly begin: string;
  /** True when the file brings its own `BEGIN … COMMIT`. */
  readonly ownTransaction: boolean;
  /** `SET TRANSACTION …` statements, which must run before the claim. */
  readonly preamble: readonly string[];
  /** The text to send: the source, with the file's own `BEGIN` and `COMMIT` blanked out. */
  readonly body: string;
  /** Statements of `body`; undefined when the parser could not read the file, and the server judges. */
  readonly statements: readonly Statement[] | undefined;
  /** True when each statement must travel in a message of its own: it decides how the server reads the next. */
  readonly inPieces: boolean;
  /** False when the file ends inside an open string or comment: it must travel in a message of its own. */
  readonly closed: boolean;
}

/** A file that cannot run in one transaction: its steps run one after the other, each recorded. */
export interface StepwiseProgram extends FileProgram {
  readonly kind: 'stepwise';
  readonly steps: readonly Step[];
  /** Steps that an earlier run did, counted from the first. */
  readonly resumeAt: number;
  /** True when that run died, so that the step at `resumeAt` may have run without being recorded. */
  readonly inDoubt: boolean;
  /** Why it cannot run in one transaction, for people. */
  readonly reason: string;
}

export type Program = TransactionalProgram | StepwiseProgram;

/** Reads a file's statements; undefined when it is not understood (newer syntax, an error, or too large to parse). */
export type ParseStatements = (text: string) => Promise<readonly Statement[] | undefined>;

/** What became of a file: something to run, or the reasons why it cannot. */
export type Compiled = { readonly program: Program } | { readonly refusals: readonly Refusal[] };

/** Decides how a file is run, by PostgreSQL's own grammar. */
export async function compile(
  migration: MigrationFile,
  parse: ParseStatements,
  rules: ReadingRules = PLAIN_READING,
): Promise<Compiled> {
  const { file } = migration;
  const source = sourceText(migration, rules);
  if ('refusals' in source) return source;
  const { sql } = source;
  const place = (offset: number): SourceLocation => locateInFile(migration, source, offset);
  const { refusals, unclosed } = preflight(file, sql, place);
  if (refusals.length > 0) return { refusals };

  const { mistakes, ...timeouts } = readTimeouts(sql);
  if (mistakes.length > 0) {
    return {
      refusals: mistakes.map(({ directive, offset }) => ({
        file,
        ...lineOf(place(offset)),
        reason: `"${directive}" ${TIMEOUT_REASON}`,
      })),
    };
  }
  const inPieces = changesStringMode(sql);
  const parsed = unclosed || inPieces ? undefined : await parse(sql);
  const statements = parsed ?? splitLexically(sql);
  const readOnly = statements.find(makesReadOnly);
  if (readOnly) return { refusals: [{ file, ...lineOf(place(readOnly.start)), reason: READ_ONLY_REASON }] };
  const reason = stepwiseReason(sql, unclosed ? [] : statements);
  if (reason === undefined) {
    const program = transactional(migration, source, unclosed ? [] : statements);
    const known = parsed || inPieces ? program.statements : undefined;
    return { program: { ...program, timeouts, statements: known, inPieces, closed: unclosed === undefined } };
  }

  const { steps, openTransactionAt } = makeSteps(sql, statements);
  if (openTransactionAt !== undefined) {
    return { refusals: [{ file, ...lineOf(place(openTransactionAt)), reason: OPEN_REASON }] };
  }
  const fresh = { resumeAt: 0, inDoubt: false, interruptedRun: null };
  return { program: { kind: 'stepwise', migration, source, timeouts, steps, ...fresh, reason } };
}

const READ_ONLY_REASON = 'it makes a transaction READ ONLY, in which its record cannot be written. Remove READ ONLY';
const TIMEOUT_REASON = 'is no duration. Write it like 30s, 5min or 0';
const OPEN_REASON = 'it begins a transaction that it never ends. Add the COMMIT';

function lineOf({ line, column }: SourceLocation): Pick<Refusal, 'line' | 'column'> {
  return { line, column };
}

function stepwiseReason(text: string, statements: readonly Statement[]): string | undefined {
  if (readDirectives(text).noTransaction) return 'it says so';
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
  source: SourceText,
  statements: readonly Statement[],
): Omit<TransactionalProgram, 'closed' | 'inPieces' | 'timeouts'> {
  const text = source.sql;
  const inner = withoutOwnTransaction(statements);
  const own = inner.length < statements.length ? [statements[0] as Statement, statements.at(-1) as Statement] : [];
  // Other settings may stand before SET TRANSACTION, queries may not.
  const firstOther = inner.findIndex((statement) => !isSetting(statement));
  const hoisted = (firstOther < 0 ? inner : inner.slice(0, firstOther)).filter(setsTransaction);
  const [begin] = own;
  return {
    kind: 'transactional',
    migration,
    source,
    interruptedRun: null,
    ownTransaction: begin !== undefined,
    begin: begin ? text.slice(begin.start, begin.end) : 'BEGIN',
    preamble: hoisted.map(({ start, end }) => text.slice(start, end)),
    body: [...own, ...hoisted].reduce(blankOut, text),
    statements: hoisted.length === 0 ? inner : inner.filter((statement) => !hoisted.includes(statement)),
  };
}

function blankOut(text: string, { start, end }: Statement): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ') + text.slice(end);
}

/**
 * The same file run statement by statement: for what only the server knew cannot run in a transaction. Undefined where
 * that is not to be had: the file asks for the transaction, or its statements are not known.
 */
export function inSteps(program: TransactionalProgram): StepwiseProgram | undefined {
  const { migration, source, timeouts, statements, ownTransaction, interruptedRun } = program;
  if (!statements || ownTransaction) return undefined;
  const { steps } = makeSteps(source.sql, statements);
  const reason = 'the server says that it cannot run in a transaction';
  return { kind: 'stepwise', migration, source, timeouts, interruptedRun, steps, resumeAt: 0, inDoubt: false, reason };
}

/** All statements of a program that are known. */
export function statementsOf(program: Program): readonly Statement[] {
  return program.kind === 'stepwise' ? program.steps.flatMap((step) => step.statements) : (program.statements ?? []);
}
