import type { DropStmt, Node } from '@pgsql/types';
import type { ClientBase } from 'pg';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { chains } from '../../core/sql/statements/transaction-control.js';
import type { Step } from '../../core/sql/statements/steps.js';
import { matchingIndexes } from './invalid-indexes.js';
import { concurrentDetach, detachState } from './pending-detach.js';
import { regclass } from './relation.js';
import { querySimply } from '../connection/script.js';

/**
 * What became of a statement that commits by itself when the process died around it.
 *
 * - `done`: the catalog shows its effect.
 * - `again`: it had none, or running it once more does no harm.
 * - `unknown`: nobody can tell.
 */
export type Verdict = 'done' | 'again' | 'unknown';

/** Decides by the catalog. */
export async function settle(client: ClientBase, step: Step): Promise<Verdict> {
  const [first] = step.statements;
  const last = step.statements.at(-1);
  if (!first?.node || !last) return 'unknown';
  if (step.statements.length > 1) return step.statements.some(chains) ? 'unknown' : settleBlock(client, last.node);
  return settleStatement(client, first.node);
}

async function settleStatement(client: ClientBase, node: Node): Promise<Verdict> {
  const exists = async (query: string): Promise<boolean> => (await querySimply(client, query)).length > 0;
  const byExistence = async (query: string, verb: 'create' | 'drop'): Promise<Verdict> =>
    (await exists(query)) === (verb === 'create') ? 'done' : 'again';

  if ('IndexStmt' in node)
    return (await matchingIndexes(client, node.IndexStmt)).some(({ valid }) => valid) ? 'done' : 'again';
  if ('DropStmt' in node) return byExistence(`SELECT WHERE ${droppedRelation(node.DropStmt)} IS NOT NULL`, 'drop');
  if ('AlterTableStmt' in node) return settleDetach(client, node);
  if ('CreatedbStmt' in node) return byExistence(named('pg_database', 'datname', node.CreatedbStmt.dbname), 'create');
  if ('DropdbStmt' in node) return byExistence(named('pg_database', 'datname', node.DropdbStmt.dbname), 'drop');
  if ('CreateTableSpaceStmt' in node)
    return byExistence(named('pg_tablespace', 'spcname', node.CreateTableSpaceStmt.tablespacename), 'create');
  if ('DropTableSpaceStmt' in node)
    return byExistence(named('pg_tablespace', 'spcname', node.DropTableSpaceStmt.tablespacename), 'drop');
  if ('CreateSubscriptionStmt' in node)
    return byExistence(named('pg_subscription', 'subname', node.CreateSubscriptionStmt.subname), 'create');
  if ('DropSubscriptionStmt' in node)
    return byExistence(named('pg_subscription', 'subname', node.DropSubscriptionStmt.subname), 'drop');
  if ('TransactionStmt' in node) {
    const { gid } = node.TransactionStmt;
    // A COMMIT or ROLLBACK outside of a transaction does nothing.
    return gid === undefined ? 'again' : byExistence(named('pg_prepared_xacts', 'gid', gid), 'drop');
  }
  return HARMLESS.some((kind) => kind in node) || isRefresh(node) ? 'again' : 'unknown';
}

/** Running these once more ends in the same state. */
const HARMLESS = [
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

/**
 * The file's own transaction that does not end in a plain COMMIT: rolled back, nothing is left; prepared, the server
 * lists it.
 */
async function settleBlock(client: ClientBase, last: Node | undefined): Promise<Verdict> {
  if (!last || !('TransactionStmt' in last)) return 'unknown';
  const { kind, gid } = last.TransactionStmt;
  if (kind === 'TRANS_STMT_PREPARE' && gid !== undefined) {
    return (await querySimply(client, named('pg_prepared_xacts', 'gid', gid))).length > 0 ? 'done' : 'again';
  }
  return kind === 'TRANS_STMT_ROLLBACK' ? 'again' : 'unknown';
}

async function settleDetach(client: ClientBase, node: Node): Promise<Verdict> {
  const detach = concurrentDetach(node);
  if (!detach) return 'unknown';
  return (await detachState(client, detach)) === 'detached' ? 'done' : 'again';
}

function droppedRelation({ objects }: DropStmt): string {
  const [first] = objects ?? [];
  const names =
    first && 'List' in first
      ? (first.List.items ?? []).flatMap((item) => ('String' in item ? [item.String.sval ?? ''] : []))
      : [];
  return regclass(names);
}

function named(catalog: string, column: string, name: string | undefined): string {
  return `SELECT FROM pg_catalog.${catalog} WHERE ${column} = ${quoteLiteral(name ?? '')}`;
}
