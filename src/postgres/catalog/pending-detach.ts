import type { Node, RangeVar } from '@pgsql/types';
import { namesOf, quotedName, regclass } from './relation.js';
import type { PgConnection } from '../connection/pg-connection.js';

/** The state of a partition. `pending`: a concurrent detach has stopped between its two transactions. */
type DetachState = 'attached' | 'pending' | 'detached' | 'gone';

interface Detach {
  readonly from: RangeVar | undefined;
  readonly partition: RangeVar;
}

/** The partition of an `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`; undefined for any other statement. */
export function concurrentDetach(node: Node | undefined): Detach | undefined {
  if (!node || !('AlterTableStmt' in node)) return undefined;
  const { relation, cmds } = node.AlterTableStmt;
  const [command] = cmds ?? [];
  const def = command && 'AlterTableCmd' in command ? command.AlterTableCmd.def : undefined;
  const detach = def && 'PartitionCmd' in def ? def.PartitionCmd : undefined;
  return detach?.name && detach.concurrent === true ? { from: relation, partition: detach.name } : undefined;
}

/** Uses jsonb, because PostgreSQL before 14 has no column `inhdetachpending`. @throws the driver's error. */
export async function detachState(connection: PgConnection, { from, partition }: Detach): Promise<DetachState> {
  const [row] = await connection.query(
    `SELECT CASE WHEN p.oid IS NULL THEN 'gone' WHEN i.inhrelid IS NULL THEN 'detached' WHEN pg_catalog.to_jsonb(i) @> '{"inhdetachpending": true}' THEN 'pending' ELSE 'attached' END AS state
       FROM (SELECT ${regclass(namesOf(partition))} AS oid) AS p
       LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = p.oid AND i.inhparent = ${regclass(namesOf(from))}`,
  );
  return (row?.['state'] ?? 'gone') as DetachState;
}

/** Finishes a pending detach. @throws the driver's error. */
export async function finalizeDetach(connection: PgConnection, { from, partition }: Detach): Promise<void> {
  const { error } = await connection.run(
    `ALTER TABLE ${quotedName(namesOf(from))} DETACH PARTITION ${quotedName(namesOf(partition))} FINALIZE`,
  );
  if (error) throw error;
}
