import type { Node, RangeVar } from '@pgsql/types';
import type { ClientBase } from 'pg';
import { namesOf, regclass, written } from './relation.js';
import { querySimply } from '../connection/script.js';

/**
 * What became of a concurrent detach: it works in two transactions, and one that stopped between them leaves the
 * partition `pending`.
 */
export type DetachState = 'attached' | 'pending' | 'detached' | 'gone';

interface Detach {
  readonly from: RangeVar | undefined;
  readonly partition: RangeVar;
}

/** What `ALTER TABLE … DETACH PARTITION … CONCURRENTLY` detaches; undefined for any other statement. */
export function concurrentDetach(node: Node | undefined): Detach | undefined {
  if (!node || !('AlterTableStmt' in node)) return undefined;
  const { relation, cmds } = node.AlterTableStmt;
  const [command] = cmds ?? [];
  const def = command && 'AlterTableCmd' in command ? command.AlterTableCmd.def : undefined;
  const detach = def && 'PartitionCmd' in def ? def.PartitionCmd : undefined;
  return detach?.name && detach.concurrent === true ? { from: relation, partition: detach.name } : undefined;
}

/** Before 14 the catalog knows no pending detach, and has no column for it: the server refuses the statement itself. */
export async function detachState(client: ClientBase, { from, partition }: Detach): Promise<DetachState> {
  const [row] = await querySimply<{ state: DetachState }>(
    client,
    `SELECT CASE WHEN p.oid IS NULL THEN 'gone' WHEN i.inhrelid IS NULL THEN 'detached' WHEN pg_catalog.to_jsonb(i) @> '{"inhdetachpending": true}' THEN 'pending' ELSE 'attached' END AS state
       FROM (SELECT ${regclass(namesOf(partition))}::pg_catalog.oid AS oid) AS p
       LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = p.oid AND i.inhparent = ${regclass(namesOf(from))}`,
  );
  return row?.state ?? 'gone';
}

/** Carries out the second half. */
export async function finalizeDetach(client: ClientBase, { from, partition }: Detach): Promise<void> {
  await querySimply(
    client,
    `ALTER TABLE ${written(namesOf(from))} DETACH PARTITION ${written(namesOf(partition))} FINALIZE`,
  );
}
