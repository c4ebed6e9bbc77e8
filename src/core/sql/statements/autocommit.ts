import type { DefElem, Node } from '@pgsql/types';
import { tokensOf } from '../text/lexer.js';

/**
 * True for statements that PostgreSQL refuses inside a transaction block (`PreventInTransactionBlock` in its source).
 * See {@link mayNeedAutocommit} for statements that depend on the catalog.
 */
export function needsAutocommit(node: Node): boolean {
  if ('IndexStmt' in node) return node.IndexStmt.concurrent === true;
  if ('DropStmt' in node) return node.DropStmt.concurrent === true;
  if ('ReindexStmt' in node) {
    const { kind, params } = node.ReindexStmt;
    const wide =
      kind === 'REINDEX_OBJECT_SCHEMA' || kind === 'REINDEX_OBJECT_DATABASE' || kind === 'REINDEX_OBJECT_SYSTEM';
    return wide || isOn(params, 'concurrently');
  }
  if ('AlterTableStmt' in node) return (node.AlterTableStmt.cmds ?? []).some(detachesConcurrently);
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd === true;
  if ('ClusterStmt' in node) return node.ClusterStmt.relation === undefined;
  if ('DiscardStmt' in node) return node.DiscardStmt.target === 'DISCARD_ALL';
  if ('AlterDatabaseStmt' in node) return option(node.AlterDatabaseStmt.options, 'tablespace') !== undefined;
  if ('CreateSubscriptionStmt' in node) return createsSlot(node.CreateSubscriptionStmt.options);
  if ('AlterSubscriptionStmt' in node)
    return refreshes(node.AlterSubscriptionStmt.kind, node.AlterSubscriptionStmt.options);
  if ('TransactionStmt' in node) {
    const { kind } = node.TransactionStmt;
    return kind === 'TRANS_STMT_COMMIT_PREPARED' || kind === 'TRANS_STMT_ROLLBACK_PREPARED';
  }
  return ALWAYS.some((kind) => kind in node);
}

/**
 * True for statements outside a transaction that lock one table: while they wait for the lock, all queries of the
 * application on that table wait too. They are subject to the lock retry. Statements that run concurrently do not block
 * queries; statements for many tables would repeat all of them because of one.
 */
export function locksOut(node: Node): boolean {
  if ('VacuumStmt' in node) return isOn(node.VacuumStmt.options, 'full') && node.VacuumStmt.rels?.length === 1;
  if ('ReindexStmt' in node)
    return node.ReindexStmt.relation !== undefined && !isOn(node.ReindexStmt.params, 'concurrently');
  return 'ClusterStmt' in node && node.ClusterStmt.relation !== undefined;
}

/**
 * True when only the server knows whether a statement can run in a transaction: a procedure may commit, a table may be
 * partitioned. It runs in one unless the file says `-- no-transaction`; in a non-transactional migration it is a step
 * that commits by itself.
 */
export function mayNeedAutocommit(node: Node): boolean {
  if ('CallStmt' in node || 'ReindexStmt' in node || 'ClusterStmt' in node) return true;
  return wordsOfBlock(node).some((word) => COMMITS.test(word));
}

/** The words of a `DO` block, in lower case, without strings and comments; empty for every other statement. */
export function wordsOfBlock(node: Node): string[] {
  const body = 'DoStmt' in node ? option(node.DoStmt.args, 'as')?.arg : undefined;
  if (!body || !('String' in body)) return [];
  return tokensOf(body.String.sval ?? '', 'word').map((word) => word.toLowerCase());
}

const COMMITS = /^(?:commit|rollback|call)$/;

const ALWAYS = [
  'CreatedbStmt',
  'DropdbStmt',
  'CreateTableSpaceStmt',
  'DropTableSpaceStmt',
  'DropSubscriptionStmt',
  'AlterSystemStmt',
] as const;

function detachesConcurrently(node: Node): boolean {
  if (!('AlterTableCmd' in node)) return false;
  const { subtype, def } = node.AlterTableCmd;
  return (
    subtype === 'AT_DetachPartition' &&
    def !== undefined &&
    'PartitionCmd' in def &&
    def.PartitionCmd.concurrent === true
  );
}

function createsSlot(options: readonly Node[] | undefined): boolean {
  return !isOff(options, 'create_slot') && !isOff(options, 'connect');
}

function refreshes(kind: string | undefined, options: readonly Node[] | undefined): boolean {
  if (kind === 'ALTER_SUBSCRIPTION_REFRESH') return true;
  const changesPublications = kind?.endsWith('_PUBLICATION') === true;
  const changesSlot =
    kind === 'ALTER_SUBSCRIPTION_OPTIONS' && ['failover', 'two_phase'].some((name) => option(options, name));
  return (changesPublications && !isOff(options, 'refresh')) || changesSlot;
}

function option(options: readonly Node[] | undefined, name: string): DefElem | undefined {
  for (const node of options ?? []) if ('DefElem' in node && node.DefElem.defname === name) return node.DefElem;
  return undefined;
}

/** An option without a value is on. */
export function isOn(options: readonly Node[] | undefined, name: string): boolean {
  return option(options, name) !== undefined && !isOff(options, name);
}

function isOff(options: readonly Node[] | undefined, name: string): boolean {
  const arg = option(options, name)?.arg;
  if (arg === undefined) return false;
  if ('Boolean' in arg) return arg.Boolean.boolval !== true;
  if ('Integer' in arg) return (arg.Integer.ival ?? 0) === 0;
  // The parser reads a word that is not reserved as the name of a type: "off", but not "false".
  const value = 'TypeName' in arg ? arg.TypeName.names?.at(-1) : arg;
  return value !== undefined && 'String' in value && /^(?:false|off|no|0)$/i.test(value.String.sval ?? '');
}
