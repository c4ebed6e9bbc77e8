import { mayNeedAutocommit, needsAutocommit } from '../sql/statements/autocommit.js';
import { usesNewEnumValue } from '../sql/statements/enum-values.js';
import type { ParsedStatement } from '../sql/statements/statements.js';
import { makeSteps } from '../sql/statements/steps.js';
import { transactionControl } from '../sql/statements/transaction-control.js';
import type { ServerErrorDetails } from '../errors/database-errors.js';
import type { InTransaction } from '../errors/migration-failed.js';
import { SQLSTATE } from '../errors/sqlstate.js';
import type { NonTransactional } from '../problems/non-transactional-reason.js';
import type { Header } from './header.js';
import type { NonTransactionalProgram, TransactionalProgram } from './program.js';
import { withoutOwnTransaction } from './transactional.js';

/** Returns why a file cannot run in one transaction; undefined if nothing in its text prevents that. */
export function whyNotInTransaction(
  text: string,
  statements: readonly ParsedStatement[],
  { noTransaction }: Pick<Header, 'noTransaction'>,
): NonTransactional | undefined {
  if (noTransaction) return { reason: 'declared' };
  const inner = withoutOwnTransaction(statements);
  if (inner.some((statement) => transactionControl(statement) !== 'none')) return { reason: 'controls-transactions' };
  if (inner.length < statements.length) return undefined;
  const first = statements.find(({ node }) => node && needsAutocommit(node));
  if (first) return { reason: 'statement-outside-transaction', value: words(text, first) };
  if (usesNewEnumValue(statements)) return { reason: 'new-enum-value' };
  return undefined;
}

function words(text: string, { start, end }: ParsedStatement): string {
  return text.slice(start, end).split(/\s+/).slice(0, 3).join(' ');
}

/**
 * True when the server rolled a file back because of something that is allowed outside a transaction: a commit in a
 * procedure or `DO` block, reindexing a partitioned table, or using a new enum value. Elsewhere the same SQLSTATEs are
 * plain failures: a function can never commit, so running the file step by step would only commit the statements before
 * it.
 *
 * @param offset of the failed statement in the source, if known.
 */
export async function isLateRefusal(
  program: TransactionalProgram,
  sqlstate: string,
  offset: number | undefined,
): Promise<boolean> {
  if (!REFUSALS.includes(sqlstate)) return false;
  if (sqlstate === SQLSTATE.unsafeNewEnumValue) return true;
  const statements = (await program.parsed()) ?? [];
  const node = statements.find(({ start, end }) => offset !== undefined && start <= offset && offset < end)?.node;
  // A file with its own BEGIN may have statements that would otherwise make it non-transactional.
  if (!node || !(mayNeedAutocommit(node) || needsAutocommit(node))) return false;
  const commits = 'CallStmt' in node || 'DoStmt' in node;
  return sqlstate === (commits ? SQLSTATE.invalidTransactionTermination : SQLSTATE.activeSqlTransaction);
}

const REFUSALS: readonly string[] = [
  SQLSTATE.activeSqlTransaction,
  SQLSTATE.unsafeNewEnumValue,
  SQLSTATE.invalidTransactionTermination,
];

/**
 * Why a statement that the server refused in a transaction ran in one, if its file could not run without. Undefined for
 * other failures.
 *
 * @param run `all` for one transaction for all files; whether this process holds the migration lock.
 */
export async function whyInTransaction(
  program: TransactionalProgram,
  { sqlstate, where }: Pick<ServerErrorDetails, 'sqlstate' | 'where'>,
  offset: number | undefined,
  run: { readonly mode: 'each' | 'all'; readonly locked: boolean },
): Promise<InTransaction | undefined> {
  if (!REFUSALS.includes(sqlstate)) return undefined;
  const { ownTransaction } = program;
  const statements = await program.parsed();
  if (!(await isLateRefusal(program, sqlstate, offset))) {
    // Only code in the database has a context. In a file that was not parsed, a block of it may have committed.
    if (where !== undefined && (statements || sqlstate === SQLSTATE.activeSqlTransaction)) return 'nested';
    if (statements) return undefined;
  }
  if (ownTransaction) return 'own-transaction';
  if (run.mode === 'all') return 'all';
  return statements || !run.locked ? 'session' : 'undeclared';
}

/**
 * The same migration as a non-transactional program, for when only the server could tell that it cannot run in a
 * transaction. Undefined if the file has its own `BEGIN … COMMIT`, is a checkpoint, or its statements are unknown.
 */
export async function toNonTransactional(program: TransactionalProgram): Promise<NonTransactionalProgram | undefined> {
  const { migration, source, timeouts, changesSessionDefaults, ownTransaction } = program;
  const statements = ownTransaction || migration.checkpoint ? undefined : await program.parsed();
  if (!statements) return undefined;
  const { steps } = makeSteps(source.sql, statements);
  const why = { reason: 'refused-by-server' } as const;
  return { kind: 'non-transactional', migration, source, timeouts, changesSessionDefaults, steps, why };
}
