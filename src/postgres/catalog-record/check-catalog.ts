import { CATALOG_FORMAT, type CatalogCheck, type FingerprintedCatalog } from '../../core/catalog/catalog.js';
import type { ObjectGroup } from '../../core/catalog/object-group.js';
import { MigrationError } from '../../core/errors/migration-error.js';
import { SQLSTATE, UNDEFINED_TABLE } from '../../core/errors/sqlstate.js';
import { quoteIdentifier } from '../../core/sql/text/quote.js';
import { qualifiedName } from '../../core/target/table.js';
import { retry } from '../../timing/retry.js';
import { toPresentKinds, type PresentKinds } from '../catalog/queries/rare-kinds.js';
import { readFingerprint, readObjects } from '../catalog/snapshot/read-objects.js';
import { beginReading } from '../catalog/snapshot/read-transaction.js';
import { LIVE_SQL } from '../catalog/snapshot/stamp.js';
import { actingRoleName } from '../connection/acting-role.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';
import { isLockHeldSql } from '../lock/lock.js';
import { toObjects } from './content.js';
import { checkedScope } from './covered-schemas.js';
import {
  LATEST_COLUMNS,
  latestRecordSql,
  recordTable,
  selectContentSql,
  toLatestRecord,
  type LatestRecord,
} from './record-table.js';
import type { CatalogSettings } from './settings.js';

/**
 * The schema changed while it was being read, because definitions are not read from the snapshot; or another process
 * wrote the same record, which is possible without the lock.
 */
const CHANGED_MEANWHILE: readonly string[] = [
  SQLSTATE.internalError,
  SQLSTATE.undefinedObject,
  SQLSTATE.undefinedFunction,
  SQLSTATE.undefinedTable,
  SQLSTATE.undefinedColumn,
  SQLSTATE.serializationFailure,
  SQLSTATE.lockNotAvailable,
];
const MAX_ATTEMPTS = 3;

/** Repeats work that reads the catalog if the schema changed in the meantime. @throws the last error */
export function readAgainIfChanged<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return retry(work, {
    ...(signal && { signal }),
    isTransient: (error, attempts) =>
      attempts < MAX_ATTEMPTS && CHANGED_MEANWHILE.includes(serverErrorOf(error)?.sqlstate ?? ''),
  });
}

/** When a check compares although it normally would not. */
interface Circumstances {
  /** True for the run that holds the migration lock. @default false */
  readonly underLock?: boolean;
  /** True to compare with a record that is older than a migration. @default false */
  readonly despiteNewer?: boolean;
}

/**
 * Compares the live catalog with the newest record in one read-only transaction: first by stamp; if that differs, by
 * fingerprint; and if that differs too, by objects.
 *
 * @throws MigrationError
 */
export async function checkCatalog(
  connection: PgConnection,
  settings: CatalogSettings,
  circumstances: Circumstances = {},
): Promise<CatalogCheck> {
  const attempt = async (): Promise<CatalogCheck> => {
    try {
      return await check(connection, settings, circumstances);
    } finally {
      await connection.query('ROLLBACK').catch(() => {}); // a lost connection is reported by what failed before
    }
  };
  return readAgainIfChanged(attempt).catch((error: unknown) => {
    throw error instanceof MigrationError ? error : queryError('reading the catalog', error);
  });
}

async function check(
  connection: PgConnection,
  settings: CatalogSettings,
  { underLock = false, despiteNewer = false }: Circumstances,
): Promise<CatalogCheck> {
  const header = await readHeader(connection, settings);
  if ('kind' in header) return header;
  const { latest, isLocked, newer, isStamped, kinds, serverVersion } = header;
  if (isLocked && !underLock) return { kind: 'migrating' };
  if (!latest) return { kind: 'unrecorded' };
  const { matchedAt } = latest;
  if ((newer !== undefined && !despiteNewer) || latest.format !== CATALOG_FORMAT) return { kind: 'outdated', newer };
  if (isStamped) return { kind: 'unchanged' };

  const scope = checkedScope(settings, latest.schemas);
  const groups = settings.groups.filter((group) => latest.fingerprint[group] !== undefined);
  const fingerprint = await readFingerprint(connection, { scope, groups, kinds });
  const different = groups.filter((group) => fingerprint[group] !== latest.fingerprint[group]);
  if (different.length === 0) return { kind: 'unchanged' };
  const live = await readObjects(connection, { scope, groups: different, kinds });
  return {
    kind: 'different',
    matchedAt,
    recorded: await readRecorded(connection, settings, latest, groups),
    live: { ...live, serverVersion },
  };
}

interface Header {
  readonly latest: LatestRecord | undefined;
  /** Another session holds the migration lock. */
  readonly isLocked: boolean;
  /** A migration that ran after the catalog was recorded. */
  readonly newer: string | undefined;
  /** The stamp of the record is that of the live catalog. */
  readonly isStamped: boolean;
  readonly kinds: PresentKinds;
  readonly serverVersion: number;
}

async function readHeader(connection: PgConnection, settings: CatalogSettings): Promise<Header | CatalogCheck> {
  const { history, role, timeoutMs: statementTimeoutMs } = settings;
  const newer =
    `(SELECT h.migration_file FROM ${qualifiedName(history)} h WHERE h.executed_at > latest.recorded_at ` +
    // One that ran in one transaction left nothing behind when it failed.
    "AND (coalesce(h.origin, 'migrate') = 'migrate' OR h.origin = 'checkpoint' AND h.started_at IS NOT NULL) AND (h.error_message IS NULL OR h.running OR h.steps_total IS NOT NULL) " +
    'ORDER BY h.executed_at LIMIT 1)';
  const select =
    `SELECT ${LATEST_COLUMNS}, ${newer} AS newer, live.stamp AS live_stamp, live.kinds, current_setting('server_version_num') AS server, ${isLockHeldSql(history)} AS locked ` +
    `FROM ${LIVE_SQL} LEFT JOIN ${latestRecordSql(history)} ON true`;
  try {
    const begin = beginReading({ role, statementTimeoutMs });
    const [row] = await connection.query(asScript([...begin, select]), [
      ...UNDEFINED_TABLE,
      SQLSTATE.insufficientPrivilege,
    ]);
    const latest = toLatestRecord(row);
    return {
      latest,
      isLocked: row?.['locked'] === 't',
      newer: row?.['newer'] ?? undefined,
      isStamped: latest?.stamp !== undefined && latest.stamp === row?.['live_stamp'],
      kinds: toPresentKinds(row?.['kinds']),
      serverVersion: Number(row?.['server']),
    };
  } catch (error) {
    const sqlstate = serverErrorOf(error)?.sqlstate ?? '';
    if (UNDEFINED_TABLE.includes(sqlstate)) return { kind: 'unrecorded' };
    if (sqlstate === SQLSTATE.insufficientPrivilege) return unreadable(connection, settings);
    throw error;
  }
}

async function unreadable(connection: PgConnection, { history, role }: CatalogSettings): Promise<CatalogCheck> {
  await connection.query('ROLLBACK');
  const name = await actingRoleName(connection, role);
  const schema = quoteIdentifier(history.schema);
  const tables = [qualifiedName(history), recordTable(history)].join(', ');
  return {
    kind: 'unreadable',
    grant: `GRANT USAGE ON SCHEMA ${schema} TO ${name}; GRANT SELECT ON ${tables} TO ${name}`,
  };
}

async function readRecorded(
  connection: PgConnection,
  { history }: CatalogSettings,
  { id, serverVersion, fingerprint }: LatestRecord,
  groups: readonly ObjectGroup[],
): Promise<FingerprintedCatalog> {
  const [row] = await connection.query(selectContentSql(history, id));
  return { serverVersion, fingerprint, objects: toObjects(row?.['content'] ?? '[]', groups) };
}
