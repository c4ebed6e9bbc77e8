import { problemDetails } from '../errors/files/file-problems.js';
import { finding, type Finding } from '../errors/finding.js';
import type { Migration } from '../migration/migration.js';
import { nonTransactionalText, type NonTransactional } from '../problems/non-transactional-reason.js';
import { changesSessionDefaults } from '../sql/statements/session-defaults.js';
import { splitLexically, withTransactionCommands } from '../sql/statements/split.js';
import { makeSteps } from '../sql/statements/steps.js';
import { makesReadOnly } from '../sql/statements/transaction-control.js';
import { readHeader, type Header, type Mistake } from './header.js';
import { whyNotInTransaction } from './non-transactional.js';
import { preflight, type Preflight } from './preflight.js';
import type { ParseStatements, Program } from './program.js';
import { locateInFile, PLAIN_READING, sourceText, type ReadingRules } from './source-text.js';
import { transactional, type ReadStatements } from './transactional.js';

/** The result of compiling a migration: a program to run, or every reason why it cannot run. */
export type Compiled = { readonly program: Program } | { readonly refusals: readonly Finding[] };

/**
 * Decides how a migration runs, or collects every reason why it cannot. PostgreSQL's own grammar decides, except for an
 * ordinary file, which needs no parser.
 */
export async function compile(
  migration: Migration,
  parse: ParseStatements,
  rules: ReadingRules = PLAIN_READING,
): Promise<Compiled> {
  const { file } = migration;
  const { source: whole, refusals: unreadable } = sourceText(migration, rules);
  if (!whole) return { refusals: unreadable };
  const scan = preflight(file, whole.sql, (offset) => locateInFile(migration, whole, offset));
  const { sql } = scan;
  const source = { ...whole, sql };
  const { timeouts, mistakes, ...header } = readHeader(sql);
  const read = await readStatements(scan, source.withRows, header, parse);
  const why = whyNotInTransaction(sql, read.statements, header);
  const { steps, openTransactionAt } = makeSteps(sql, why === undefined ? [] : read.statements);
  // A non-transactional file may have read-only transactions: its progress is recorded outside them.
  const readOnly = why === undefined ? read.statements.find(makesReadOnly)?.start : undefined;
  const found: readonly Mistake[] = [
    ...mistakes,
    ...(migration.checkpoint && why ? [checkpointInSteps(why)] : []),
    ...(readOnly === undefined ? [] : [{ code: 'READ_ONLY_TRANSACTION' as const, offset: readOnly }]),
    ...(openTransactionAt === undefined ? [] : [{ code: 'OPEN_TRANSACTION' as const, offset: openTransactionAt }]),
  ];
  const refusals = [
    ...unreadable,
    ...scan.refusals,
    ...found.map(({ code, offset, ...details }) => {
      const { line, column } = locateInFile(migration, source, offset);
      return finding(code, { subject: file, line, column, ...details });
    }),
  ];
  if (refusals.length > 0) return { refusals: refusals.toSorted(byPlace) };
  const common = {
    migration,
    source,
    timeouts,
    changesSessionDefaults: read.statements.some(changesSessionDefaults),
  };
  if (why !== undefined) return { program: { kind: 'non-transactional', ...common, steps, why } };
  return { program: { kind: 'transactional', ...common, ...transactional(sql, read) } };
}

/** The migrations that it replaces are recorded in its transaction. */
function checkpointInSteps({ reason, value: statement }: NonTransactional): Mistake {
  const value = nonTransactionalText(reason, statement);
  return { code: 'UNUSABLE_FILE', offset: 0, ...problemDetails({ reason: 'checkpoint-steps', value }) };
}

async function readStatements(
  { sql, unclosed, copies, changesStringMode, ordinary }: Preflight,
  withRows: string,
  { noTransaction }: Pick<Header, 'noTransaction'>,
  parse: ParseStatements,
): Promise<ReadStatements> {
  const separateMessages = changesStringMode || copies.size > 0;
  if (unclosed) return { statements: [], areKnown: false, parsed: UNKNOWN, separateMessages, closed: false };
  // How a file is split into steps depends on its syntax trees.
  if (ordinary && !noTransaction) {
    const statements = withTransactionCommands(sql, ordinary);
    return { statements, areKnown: true, parsed: once(() => parse(sql)), separateMessages, closed: true };
  }
  const parsed = changesStringMode ? undefined : await parse(sql);
  const statements = (parsed ?? splitLexically(withRows)).map((statement) => {
    const copy = copies.get(statement.end);
    return copy ? { ...statement, copy } : statement;
  });
  const areKnown = parsed !== undefined || separateMessages;
  return { statements, areKnown, parsed: areKnown ? async () => statements : UNKNOWN, separateMessages, closed: true };
}

const UNKNOWN = async (): Promise<undefined> => undefined;

/** Memoizes a function without arguments. */
function once<T>(work: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => (result ??= { value: work() }).value;
}

function byPlace(a: Finding, b: Finding): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
