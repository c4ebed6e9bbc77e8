import type { ObjectGroup } from '../../core/catalog/object-group.js';
import { majorOf } from '../../core/catalog/version-rules.js';
import { SQLSTATE } from '../../core/errors/sqlstate.js';
import type { TenantCatalog } from '../../core/tenants/majority.js';
import {
  fingerprintOfSchemasSql,
  fingerprintsBySchemaSql,
  LOCKED_SCHEMAS_SQL,
  type TenantSchema,
} from '../catalog/queries/by-schema.js';
import { ALL_KINDS, toPresentKinds, type PresentKinds } from '../catalog/queries/rare-kinds.js';
import { schemasCalled, type QueryScope } from '../catalog/queries/scope.js';
import { readObjects } from '../catalog/snapshot/read-objects.js';
import { beginReading } from '../catalog/snapshot/read-transaction.js';
import { LIVE_SQL } from '../catalog/snapshot/stamp.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript, type Row } from '../connection/script.js';
import { queryError, serverErrorOf } from '../connection/server-error.js';
import { readAgainIfChanged } from './check-catalog.js';
import { ownTables, type CatalogSettings } from './settings.js';

/** A tenant with its schema and its history table. */
export interface TenantWithHistory extends TenantSchema {
  readonly history: CatalogSettings['history'];
}

/** What is read, and how. */
export type TenantSchemaSettings = Pick<CatalogSettings, 'groups' | 'role' | 'timeoutMs'>;

/** The fingerprints of tenants. */
export interface SchemaFingerprints {
  /** By name. Those without objects, and those that somebody is changing, have none. */
  readonly byTenant: ReadonlyMap<string, string>;
  /** Tenants whose objects somebody is changing. */
  readonly locked: ReadonlySet<string>;
  /** The major version of the server. */
  readonly major: number;
  /** Equal stamps prove that nothing has changed; undefined if it is unknown. */
  readonly stamp: string | undefined;
  /** The rare kinds of objects that the database has. */
  readonly kinds: PresentKinds;
}

/**
 * Reading the definition of a view locks the tables in it until the end of the transaction, and the server has room for
 * only a few thousand locks.
 */
const SCHEMAS_PER_TRANSACTION = 50;

/** Groups of objects that are in no schema. */
const OUTSIDE: readonly ObjectGroup[] = ['foreign data', 'replication', 'extensions', 'settings'];

const LIVE_FACTS = `SELECT live.stamp, live.kinds, current_setting('server_version_num') AS version FROM ${LIVE_SQL}`;
const READER_FACTS = "SELECT current_setting('server_version_num') AS version, current_user::text AS role";

/**
 * Fingerprints tenants in batches, each in a read-only transaction.
 *
 * @param known an earlier result for the same tenants, which is returned if the catalog has not changed since.
 * @throws DatabaseError, DatabaseConnectionError
 */
export async function readSchemaFingerprints(
  connection: PgConnection,
  settings: TenantSchemaSettings,
  tenants: readonly TenantWithHistory[],
  known?: SchemaFingerprints,
): Promise<SchemaFingerprints> {
  const [row = {}] = await reading(connection, settings, LIVE_FACTS, async (facts) => facts);
  const [stamp, kinds] = [row['stamp'] ?? undefined, toPresentKinds(row['kinds'])];
  if (known && known.locked.size === 0 && stamp !== undefined && stamp === known.stamp) return known;
  const found = { byTenant: new Map<string, string>(), locked: new Set<string>() };
  const reader = new FingerprintReader(connection, settings, kinds, found);
  const inSchemas = tenants.filter(({ schema }) => schema !== undefined);
  for (let from = 0; from < inSchemas.length; from += SCHEMAS_PER_TRANSACTION)
    await reader.readSchemas(inSchemas.slice(from, from + SCHEMAS_PER_TRANSACTION));
  for (const tenant of tenants) if (tenant.schema === undefined) await reader.readDatabase(tenant);
  return { ...found, major: majorOf(Number(row['version'])), stamp, kinds };
}

/** Reads the objects of a tenant. @throws DatabaseError, DatabaseConnectionError */
export function readTenantObjects(
  connection: PgConnection,
  settings: TenantSchemaSettings,
  { schema, history }: TenantWithHistory,
  kinds: PresentKinds = ALL_KINDS,
): Promise<TenantCatalog> {
  return reading(connection, settings, READER_FACTS, async ([row = {}]) => {
    const scope = scopeOf(schema === undefined ? undefined : [schema], [history]);
    const { objects } = await readObjects(connection, { scope, groups: groupsOf(settings), kinds, isInSchemas: true });
    return { objects, serverVersion: Number(row['version']), schema, role: row['role'] ?? '' };
  });
}

class FingerprintReader {
  constructor(
    private readonly connection: PgConnection,
    private readonly settings: TenantSchemaSettings,
    private readonly kinds: PresentKinds,
    private readonly found: { readonly byTenant: Map<string, string>; readonly locked: Set<string> },
  ) {}

  /** If a lock is in the way, bisects the tenants to find it. */
  async readSchemas(tenants: readonly TenantWithHistory[]): Promise<void> {
    const rows = await this.read(LOCKED_SCHEMAS_SQL, (locks) => {
      const locked = new Set(locks.map(({ schema }) => schema));
      const free = tenants.filter(({ schema }) => !locked.has(schema ?? ''));
      for (const tenant of tenants) if (!free.includes(tenant)) this.found.locked.add(tenant.tenant);
      return free.length === 0 ? undefined : fingerprintsBySchemaSql(this.selection(free), free);
    });
    if (rows === 'locked') return this.readInHalves(tenants);
    const byName = new Map(tenants.map(({ schema, tenant }) => [schema, tenant]));
    for (const { schema, fingerprint } of rows) {
      const tenant = byName.get(schema ?? '');
      if (tenant !== undefined) this.found.byTenant.set(tenant, fingerprint ?? '');
    }
  }

  async readDatabase(tenant: TenantWithHistory): Promise<void> {
    const rows = await this.read(READER_FACTS, () => fingerprintOfSchemasSql(this.selection([tenant]), tenant));
    if (rows === 'locked') this.found.locked.add(tenant.tenant);
    else this.found.byTenant.set(tenant.tenant, rows[0]?.['fingerprint'] ?? '');
  }

  private async readInHalves(tenants: readonly TenantWithHistory[]): Promise<void> {
    const middle = Math.ceil(tenants.length / 2);
    if (tenants.length === 1) for (const { tenant } of tenants) this.found.locked.add(tenant);
    else for (const half of [tenants.slice(0, middle), tenants.slice(middle)]) await this.readSchemas(half);
  }

  private selection(tenants: readonly TenantWithHistory[]) {
    const schemas = tenants.flatMap(({ schema }) => schema ?? []);
    const histories = tenants.map(({ history }) => history);
    const scope = scopeOf(schemas.length === 0 ? undefined : schemas, histories);
    return { scope, groups: groupsOf(this.settings), kinds: this.kinds, isInSchemas: true };
  }

  private read(
    facts: string,
    queryFor: (facts: readonly Row[]) => string | undefined,
  ): Promise<readonly Row[] | 'locked'> {
    return reading(this.connection, this.settings, facts, async (rows) => {
      const query = queryFor(rows);
      return query === undefined ? [] : this.connection.query(query).catch(lockedOrThrow);
    });
  }
}

function lockedOrThrow(error: unknown): 'locked' {
  if (serverErrorOf(error)?.sqlstate === SQLSTATE.lockNotAvailable) return 'locked';
  throw error;
}

/** Works in a transaction that begins with reading facts. */
async function reading<T>(
  connection: PgConnection,
  { role, timeoutMs: statementTimeoutMs }: TenantSchemaSettings,
  facts: string,
  work: (rows: readonly Row[]) => Promise<T>,
): Promise<T> {
  const attempt = async (): Promise<T> => {
    try {
      return await work(await connection.query(asScript([...beginReading({ role, statementTimeoutMs }), facts])));
    } finally {
      await connection.query('ROLLBACK').catch(() => {}); // the earlier error already reports a lost connection
    }
  };
  return readAgainIfChanged(attempt).catch((error: unknown) => {
    throw queryError('reading the schemas of tenants', error);
  });
}

function scopeOf(schemas: readonly string[] | undefined, histories: readonly CatalogSettings['history'][]): QueryScope {
  const tables = histories.flatMap(ownTables);
  const distinct = new Map(tables.map((table) => [JSON.stringify([table.schema, table.table]), table]));
  return { schemas: schemas ? schemasCalled(schemas) : 'true', without: [...distinct.values()] };
}

function groupsOf({ groups }: TenantSchemaSettings): readonly ObjectGroup[] {
  return groups.filter((group) => !OUTSIDE.includes(group));
}
