import { createHash } from 'node:crypto';
import type { LockHolder } from '../../core/errors/lock-errors.js';
import type { TableName } from '../../core/target/table.js';
import { quoteLiteral } from '../../core/sql/text/quote.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { applySettings, PROBE_CLIENT } from '../connection/reset.js';
import { asScript } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';
import { fileOfSession, NAME_SEPARATOR } from './session-name.js';

const PREFIX = 'nestjs-pg-migrations\0';
/** What a lock protects: a whole history, or that of one tenant. */
export interface LockPlace extends TableName {
  readonly tenant?: string | undefined;
}

const suffixOf = ({ schema, table, tenant }: LockPlace): string =>
  `\0${schema}\0${table}${tenant === undefined ? '' : `\0${tenant}`}`;

/** The key of the migration lock: one per history, so that two in one database do not block each other. */
export function lockKey(database: string, table: LockPlace): bigint {
  return keyOf(`${PREFIX}${database}${suffixOf(table)}`);
}

/** The place of the lock on the schema of a tenant. No tenant has a name with a zero byte. */
export function schemaLockPlace(table: TableName, schema: string): LockPlace {
  return { ...table, tenant: `\0schema\0${schema}` };
}

/** The keys of the turn to run a non-transactional migration in a database. */
export interface TurnKeys {
  readonly turn: bigint;
  /** Held while waiting, so that whoever waits comes before whoever has just had the turn. */
  readonly next: bigint;
}

/** Differs from what follows the database in the key of a history: a schema and a table. */
const TURN = '\0turn';

/** The keys of the turn in a database. */
export function turnKeys(database: string): TurnKeys {
  return { turn: keyOf(`${PREFIX}${database}${TURN}`), next: keyOf(`${PREFIX}${database}\0next turn`) };
}

function keyOf(text: string): bigint {
  return createHash('sha256').update(text).digest().readBigInt64BE();
}

/** SQL that computes the same key in the current database. */
export function lockKeySql(table: LockPlace): string {
  const hash =
    `pg_catalog.sha256(${bytesSql(PREFIX)} || ` +
    `pg_catalog.convert_to(pg_catalog.current_database(), 'UTF8') || ${bytesSql(suffixOf(table))})`;
  return `('x' || pg_catalog.encode(pg_catalog.substr(${hash}, 1, 8), 'hex'))::bit(64)::bigint`;
}

/** In hexadecimal, because a text cannot contain a zero byte. */
function bytesSql(text: string): string {
  return `pg_catalog.decode('${Buffer.from(text).toString('hex')}', 'hex')`;
}

/**
 * An expression that tries to take the session lock; {@link triedLock} parses its value. Behind a pooler, where a
 * session lock protects nothing, and on a standby, it does not try.
 *
 * @param processId the PID of the backend as the client knows it, to detect a pooler; undefined to always try.
 */
export function tryLockSql(table: LockPlace, processId: number | undefined): string {
  const own = processId === undefined ? '' : ` AND pg_catalog.pg_backend_pid() = ${processId}`;
  return (
    `CASE WHEN NOT pg_catalog.pg_is_in_recovery()${own} THEN (SELECT pg_catalog.concat(k.key, ' ', ` +
    `pg_catalog.pg_try_advisory_lock(k.key), ' ', (${applySettings(PROBE_CLIENT)})) FROM (SELECT ${lockKeySql(table)} AS key) AS k) END`
  );
}

/** An attempt to take a lock. */
export interface TriedLock {
  readonly key: bigint;
  readonly taken: boolean;
}

/** Parses the value of {@link tryLockSql}; undefined if no attempt was made. */
export function triedLock(value: string | null): TriedLock | undefined {
  if (value === null) return undefined;
  const [key = '', taken] = value.split(' ');
  return { key: BigInt(key), taken: taken === 't' };
}

/**
 * Tries once to take the session lock. Callers poll: waiting in the server would hold a snapshot, and a concurrent
 * index build by the holder would wait for that snapshot, which is a deadlock.
 *
 * @param key the key, or SQL for it.
 * @throws MigrationError
 */
export async function tryLock(connection: PgConnection, key: bigint | string): Promise<boolean> {
  const statements = [applySettings(PROBE_CLIENT), `SELECT pg_catalog.pg_try_advisory_lock(${key})`];
  const { error, lastValue } = await connection.run(asScript(statements));
  if (error) throw queryError('taking the migration lock', error);
  return lastValue === 't';
}

/** Releases session locks. Never rejects. */
export async function unlock(connection: PgConnection, ...keys: readonly (bigint | string)[]): Promise<void> {
  await connection.run(`SELECT ${keys.map((key) => `pg_catalog.pg_advisory_unlock(${key})`).join(', ')}`);
}

const oid = (value: bigint): string => `'${value}'::pg_catalog.oid`;

/** Condition on `pg_locks l`: the row is the migration lock, granted. */
function isHeldLock(key: bigint): string {
  const bits = BigInt.asUintN(64, key);
  return `l.locktype = 'advisory' AND l.objsubid = 1 AND l.classid = ${oid(bits >> 32n)} AND l.objid = ${oid(bits & 0xffffffffn)} AND l.granted
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`;
}

/**
 * An SQL expression: a session holds the migration lock of this history in the current database.
 *
 * @param holder a condition on its `pid`. @default any
 */
export function isLockHeldSql(table: LockPlace, holder?: string): string {
  return isHeldSql(suffixOf(table), holder);
}

/** The same for the turn to run a non-transactional migration. */
export function isTurnHeldSql(holder?: string): string {
  return isHeldSql(TURN, holder);
}

function isHeldSql(keySuffix: string, holder = 'true'): string {
  const [prefix, suffix] = [PREFIX, keySuffix].map(bytesSql);
  const digest = `pg_catalog.encode(pg_catalog.sha256(${prefix} || pg_catalog.convert_to(pg_catalog.current_database(), 'UTF8') || ${suffix}), 'hex')`;
  return (
    `EXISTS (SELECT FROM pg_catalog.pg_locks l, (SELECT ${digest} AS digest) AS k WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted ` +
    `AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) ` +
    `AND l.classid::pg_catalog.int8 = ${numberIn('k.digest', 1)} AND l.objid::pg_catalog.int8 = ${numberIn('k.digest', 9)} AND (${holder}))`
  );
}

/** The number in 8 hexadecimal digits. */
function numberIn(digest: string, at: number): string {
  return `('x' || pg_catalog.substr(${digest}, ${at}, 8))::pg_catalog.bit(32)::pg_catalog.int8`;
}

/** SQL that checks whether this session still holds the lock: a migration can release it (`DISCARD ALL`). */
export function holdsLockSql(key: bigint): string {
  return `SELECT ${holdsLockCondition('pg_catalog.pg_backend_pid()', key)}`;
}

/** Condition: a backend holds the lock. @param pid SQL for the backend's process ID. */
export function holdsLockCondition(pid: string, key: bigint): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = ${pid} AND ${isHeldLock(key)})`;
}

/**
 * Terminates a backend if it holds the lock. What it was running is rolled back.
 *
 * @throws MigrationError, for example because the role may not terminate it.
 */
export async function endLockHolder(connection: PgConnection, key: bigint, pid: number): Promise<void> {
  const end = `SELECT pg_catalog.pg_terminate_backend(l.pid) FROM pg_catalog.pg_locks l WHERE l.pid = ${pid} AND ${isHeldLock(key)}`;
  const { error } = await connection.run(end);
  if (error) throw queryError('terminating the holder of the migration lock', error);
}

/**
 * The holder of the lock, with what this role may see. If the holder locks on behalf of another connection, that one is
 * found by its `application_name`, which starts with the holder's.
 *
 * @throws MigrationError
 */
export async function readLockHolder(connection: PgConnection, key: bigint): Promise<LockHolder | undefined> {
  const separator = quoteLiteral(NAME_SEPARATOR);
  const rows = await connection
    .query(
      `SELECT l.pid, a.application_name, extract(epoch FROM a.backend_start) AS since,
            CASE WHEN a.state LIKE 'idle%' THEN extract(epoch FROM pg_catalog.clock_timestamp() - a.state_change) END AS silent,
            w.application_name AS running,
            pg_catalog.to_json(pg_catalog.pg_blocking_pids(w.pid)) AS blocked_by
       FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
       LEFT JOIN pg_catalog.pg_stat_activity w ON w.datname = a.datname AND w.state = 'active'
        AND (w.pid = a.pid AND pg_catalog.strpos(a.application_name, ${separator}) > 0
             OR pg_catalog.starts_with(w.application_name, a.application_name || ${separator}))
      WHERE ${isHeldLock(key)}`,
    )
    .catch((error: unknown) => {
      throw queryError('looking for the holder of the migration lock', error);
    });
  const [row] = rows;
  if (!row) return undefined;
  // More than one row means several candidates for the migrating connection: report no file rather than the wrong one.
  const known = rows.length === 1;
  const { since } = row;
  return {
    pid: Number(row['pid']),
    applicationName: row['application_name'] ?? null,
    since: since ? new Date(Number(since) * 1000) : null,
    running: known ? fileOfSession(row['running'] ?? null) : null,
    silentMs: row['silent'] == null ? null : Math.max(0, Math.round(Number(row['silent']) * 1000)),
    blockedBy: known ? (JSON.parse(row['blocked_by'] ?? '[]') as number[]) : [],
  };
}
