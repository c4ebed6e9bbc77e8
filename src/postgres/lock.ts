import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { LockHolder } from '../core/errors.js';
import type { TableName } from '../core/table.js';
import { querySimply } from './script.js';
import { queryError } from './server-error.js';

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
  const rows = await querySimply<{ taken: boolean }>(
    client,
    `SELECT pg_catalog.pg_try_advisory_lock(${key}) AS taken`,
  ).catch((error: unknown) => {
    throw queryError('taking the migration lock', error);
  });
  return rows[0]?.taken === true;
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
  return `SELECT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = pg_catalog.pg_backend_pid() AND ${isHeldLock(key)})`;
}

export async function readLockHolder(client: ClientBase, key: bigint): Promise<LockHolder | undefined> {
  const [row] = await querySimply<{ pid: number; application_name: string | null; since: Date | null }>(
    client,
    `SELECT pid, application_name, a.backend_start AS since
       FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid) WHERE ${isHeldLock(key)} LIMIT 1`,
  );
  return row && { pid: row.pid, applicationName: row.application_name, since: row.since };
}
