import type { Node } from '@pgsql/types';
import type { Migration } from '../migration/migration.js';
import type { NonTransactional } from '../problems/non-transactional-reason.js';
import type { ParsedStatement, Statement } from '../sql/statements/statements.js';
import type { Step } from '../sql/statements/steps.js';
import type { FileTimeouts } from './header.js';
import type { SourceText } from './source-text.js';

interface FileProgram {
  readonly migration: Migration;
  /** The part of the file that runs. All offsets in a program refer to its `sql`. */
  readonly source: SourceText;
  readonly timeouts: FileTimeouts;
  /** True when it sets defaults for new sessions, which the migrations after it must use. */
  readonly changesSessionDefaults: boolean;
}

/** A migration that runs in one transaction, together with the write of its history row. */
export interface TransactionalProgram extends FileProgram {
  readonly kind: 'transactional';
  /** The statement that opens its transaction: `BEGIN`, or the file's own with its options. */
  readonly begin: string;
  /** True when the file has its own `BEGIN … COMMIT`. */
  readonly ownTransaction: boolean;
  /** `SET TRANSACTION …` statements, which must run before the claim. */
  readonly preamble: readonly string[];
  /** The text to send: the source, with the file's own `BEGIN` and `COMMIT` blanked out. */
  readonly body: string;
  /** Statements of `body`; undefined when the parser could not read the file and the server must decide. */
  readonly statements: readonly Statement[] | undefined;
  /** The same statements with their syntax trees. An ordinary file is not parsed until this is called. */
  readonly parsed: () => Promise<readonly ParsedStatement[] | undefined>;
  /** The first statement that takes a session-level lock. */
  readonly sessionLock: Statement | undefined;
  /** True when each statement needs its own message, because it may change how the server reads the next. */
  readonly separateMessages: boolean;
  /** False when the file ends inside a string or comment: it then needs its own message. */
  readonly closed: boolean;
}

/** A migration that cannot run in one transaction: its steps run one by one, and each is recorded. */
export interface NonTransactionalProgram extends FileProgram {
  readonly kind: 'non-transactional';
  readonly steps: readonly Step[];
  /** Why it cannot run in one transaction. */
  readonly why: NonTransactional;
}

/** What a migration compiles to. */
export type Program = TransactionalProgram | NonTransactionalProgram;

/** The statements of a program with their syntax trees; undefined if the parser cannot read the file. */
export async function parsedStatementsOf(program: Program): Promise<readonly ParsedStatement[] | undefined> {
  return program.kind === 'transactional' ? program.parsed() : program.steps.flatMap((step) => step.statements);
}

/** The syntax tree of one of its statements, if it is known. */
export async function syntaxTreeOf(program: Program, { start }: Statement): Promise<Node | undefined> {
  const statements = await parsedStatementsOf(program);
  return statements?.find((statement) => statement.start === start)?.node;
}

/** Parses statements; undefined when the parser cannot read them (newer syntax, a syntax error, or too large). */
export type ParseStatements = (text: string) => Promise<readonly ParsedStatement[] | undefined>;
