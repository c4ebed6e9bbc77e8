import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { LockHolder } from '../../core/errors/errors.js';
import type { TableName } from '../../core/target/table.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import { PROBE_CLIENT } from '../connection/reset.js';
import { asScript, querySimply, runScript } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';
import { fileOfSession, NAME_SEPARATOR } from './session-name.js';

/**
 * The key of the migration lock: one per database, schema and table, so that two histories in one database do not wait
 * for each other. Advisory locks know 64-bit numbers only.
 */
export function lockKey(database: string, { schema, table }: TableName): bigint {
  const digest = createHash('sha256').update(['nestjs-pg-migrations', database, schema, table].join('\0')).digest();
  return digest.readBigInt64BE();
}

/**
 * Tries once for the lock, for the life of the session. Waiting inside the server would hold a snapshot, and a
 * concurrent index build by the holder would wait for that snapshot: a deadlock. So callers poll.
 */
export async function tryLock(client: ClientBase, key: bigint): Promise<boolean> {
  const statements = [...PROBE_CLIENT, `SELECT pg_catalog.pg_try_advisory_lock(${key})`];
  const { error, lastValue } = await runScript(client, asScript(statements));
  if (error) throw queryError('taking the migration lock', error);
  return lastValue === 't';
}

export async function unlock(client: ClientBase, key: bigint): Promise<void> {
  await querySimply(client, `SELECT pg_catalog.pg_advisory_unlock(${key})`);
}

/** Condition on `pg_locks l`: the row is the migration lock, held. */
function isHeldLock(key: bigint): string {
  const bits = BigInt.asUintN(64, key);
  return `l.locktype = 'advisory' AND l.objsubid = 1 AND l.classid = ${bits >> 32n} AND l.objid = ${bits & 0xffffffffn} AND l.granted
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`;
}

/**
 * SQL that gives `t` when this session still holds the lock: a migration may have dropped it
 * (`pg_advisory_unlock_all()`, `DISCARD ALL`).
 */
export function holdsLockSql(key: bigint): string {
  return `SELECT ${holdsLockCondition('pg_catalog.pg_backend_pid()', key)}`;
}

/** @param pid SQL for the number of a backend. */
export function holdsLockCondition(pid: string, key: bigint): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = ${pid} AND ${isHeldLock(key)})`;
}

/**
 * Who holds the lock, as far as this role may see. Where a second connection holds it for the one that migrates, the
 * latter is known by its name: that of the holder, and the file.
 */
export async function readLockHolder(client: ClientBase, key: bigint): Promise<LockHolder | undefined> {
  const separator = quoteLiteral(NAME_SEPARATOR);
  const rows = await querySimply<{
    pid: number;
    application_name: string | null;
    since: Date | null;
    running: string | null;
    blocked_by: number[] | null;
  }>(
    client,
    `SELECT l.pid, a.application_name, a.backend_start AS since, w.application_name AS running, pg_catalog.pg_blocking_pids(w.pid) AS blocked_by
       FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
       LEFT JOIN pg_catalog.pg_stat_activity w ON w.datname = a.datname AND w.state = 'active'
        AND (w.pid = a.pid AND pg_catalog.strpos(a.application_name, ${separator}) > 0
             OR pg_catalog.starts_with(w.application_name, a.application_name || ${separator}))
      WHERE ${isHeldLock(key)}`,
  ).catch((error: unknown) => {
    throw queryError('looking for the holder of the migration lock', error);
  });
  const [row] = rows;
  if (!row) return undefined;
  // One holds the lock: with more rows it is not known who works for it, and saying nothing is better than the wrong file.
  const known = rows.length === 1;
  return {
    pid: row.pid,
    applicationName: row.application_name,
    since: row.since,
    running: known ? fileOfSession(row.running) : null,
    blockedBy: known ? (row.blocked_by ?? []) : [],
  };
}
