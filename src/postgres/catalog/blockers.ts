import type { Node, RangeVar } from '@pgsql/types';
import { partsOf } from '../../core/sql/statements/syntax-tree.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { namesOf, regclass } from './relation.js';

/** Who locks the tables in a statement: `public.users is locked by backend 4711 (psql, idle)`. Undefined if unknown. */
export async function describeBlockers(connection: PgConnection, node: Node | undefined): Promise<string | undefined> {
  const relations = partsOf(node).filter((part): part is RangeVar => 'relname' in part);
  if (relations.length === 0) return undefined;
  const oids = [...new Set(relations.map((relation) => regclass(namesOf(relation))))].join(', ');
  const rows = await connection
    .query(
      `SELECT DISTINCT l.relation::pg_catalog.regclass::text AS relation, l.pid, a.application_name, a.state
         FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
        WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_catalog.pg_backend_pid() AND l.relation IN (${oids})
        ORDER BY 1, 2 LIMIT 5`,
    )
    .catch(() => []);
  const blockers = rows.map(({ relation, pid, application_name: name, state }) => {
    const about = [name, state].filter(Boolean).join(', ');
    return `${relation} is locked by backend ${pid}${about ? ` (${about})` : ''}`;
  });
  return blockers.length === 0 ? undefined : blockers.join('; ');
}
