import type { DropStmt, Node } from '@pgsql/types';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { chains, makesReadOnly, setsTransaction } from '../../core/sql/statements/transaction-control.js';
import type { ParsedStatement } from '../../core/sql/statements/statements.js';
import { matchingIndexes } from './invalid-indexes.js';
import { concurrentDetach, detachState } from './pending-detach.js';
import { regclass } from './relation.js';
import type { PgConnection } from '../connection/pg-connection.js';

/**
 * The fate of a self-committing statement whose process died before recording it.
 *
 * - `done`: the catalog shows its effect.
 * - `again`: it had no effect, or running it again is safe.
 * - `unknown`: the catalog cannot answer.
 */
export type Verdict = 'done' | 'again' | 'unknown';

/** Looks in the catalog for the effect of a step in doubt. */
export async function settle(connection: PgConnection, statements: readonly ParsedStatement[]): Promise<Verdict> {
  const [first] = statements;
  const last = statements.at(-1);
  if (!first?.node || !last) return 'unknown';
  if (statements.length > 1) {
    if (makesReadOnly(first) && !statements.some(setsTransaction)) return 'again';
    return statements.some(chains) ? 'unknown' : settleBlock(connection, last.node);
  }
  return settleStatement(connection, first.node);
}

async function settleStatement(connection: PgConnection, node: Node): Promise<Verdict> {
  const byExistence = async (query: string, verb: 'create' | 'drop'): Promise<Verdict> =>
    (await connection.query(query)).length > 0 === (verb === 'create') ? 'done' : 'again';

  if ('IndexStmt' in node)
    return (await matchingIndexes(connection, node.IndexStmt)).some(({ valid }) => valid) ? 'done' : 'again';
  if ('DropStmt' in node) return byExistence(`SELECT WHERE ${droppedRelation(node.DropStmt)} IS NOT NULL`, 'drop');
  if ('AlterTableStmt' in node) return settleDetach(connection, node);
  for (const [kind, verb, field, catalog, column] of BY_NAME) {
    const name = (node as unknown as Record<string, Record<string, string>>)[kind]?.[field];
    if (name !== undefined) return byExistence(named(catalog, column, name), verb);
  }
  return REPEATABLE.some((kind) => kind in node) || isRefresh(node) ? 'again' : 'unknown';
}

/** Statements that create or drop an object of the whole cluster: its name is in a catalog, or not. */
const BY_NAME = [
  ['CreatedbStmt', 'create', 'dbname', 'pg_database', 'datname'],
  ['DropdbStmt', 'drop', 'dbname', 'pg_database', 'datname'],
  ['CreateTableSpaceStmt', 'create', 'tablespacename', 'pg_tablespace', 'spcname'],
  ['DropTableSpaceStmt', 'drop', 'tablespacename', 'pg_tablespace', 'spcname'],
  ['CreateSubscriptionStmt', 'create', 'subname', 'pg_subscription', 'subname'],
  ['DropSubscriptionStmt', 'drop', 'subname', 'pg_subscription', 'subname'],
  ['TransactionStmt', 'drop', 'gid', 'pg_prepared_xacts', 'gid'],
] as const;

const REPEATABLE = [
  'TransactionStmt', // a COMMIT or ROLLBACK outside a transaction does nothing
  'ReindexStmt',
  'VacuumStmt',
  'ClusterStmt',
  'AlterSystemStmt',
  'AlterDatabaseStmt',
  'DiscardStmt',
] as const;

function isRefresh(node: Node): boolean {
  const kind = 'AlterSubscriptionStmt' in node ? node.AlterSubscriptionStmt.kind : undefined;
  return (
    kind === 'ALTER_SUBSCRIPTION_REFRESH' ||
    kind === 'ALTER_SUBSCRIPTION_SET_PUBLICATION' ||
    kind === 'ALTER_SUBSCRIPTION_OPTIONS'
  );
}

/** Settles a transaction that does not end in a plain COMMIT: a rollback leaves nothing, a prepared one is listed. */
async function settleBlock(connection: PgConnection, last: Node | undefined): Promise<Verdict> {
  if (!last || !('TransactionStmt' in last)) return 'unknown';
  const { kind, gid } = last.TransactionStmt;
  if (kind === 'TRANS_STMT_PREPARE' && gid !== undefined) {
    return (await connection.query(named('pg_prepared_xacts', 'gid', gid))).length > 0 ? 'done' : 'again';
  }
  return kind === 'TRANS_STMT_ROLLBACK' ? 'again' : 'unknown';
}

async function settleDetach(connection: PgConnection, node: Node): Promise<Verdict> {
  const detach = concurrentDetach(node);
  if (!detach) return 'unknown';
  return (await detachState(connection, detach)) === 'detached' ? 'done' : 'again';
}

function droppedRelation({ objects }: DropStmt): string {
  const [first] = objects ?? [];
  const names =
    first && 'List' in first
      ? (first.List.items ?? []).flatMap((item) => ('String' in item ? [item.String.sval ?? ''] : []))
      : [];
  return regclass(names);
}

function named(catalog: string, column: string, name: string): string {
  return `SELECT FROM pg_catalog.${catalog} WHERE ${column} = ${quoteLiteral(name)}`;
}
