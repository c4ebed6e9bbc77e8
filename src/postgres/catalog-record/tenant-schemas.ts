import type { Catalog } from '../../core/catalog/catalog.js';
import type { ObjectGroup } from '../../core/catalog/object-group.js';
import { majorOf } from '../../core/catalog/version-rules.js';
import { fingerprintOfSchemasSql, fingerprintsBySchemaSql } from '../catalog/queries/by-schema.js';
import { ALL_KINDS, toPresentKinds, type PresentKinds } from '../catalog/queries/rare-kinds.js';
import { schemasCalled, type QueryScope } from '../catalog/queries/scope.js';
import { readObjects } from '../catalog/snapshot/read-objects.js';
import { beginReading } from '../catalog/snapshot/read-transaction.js';
import { LIVE_SQL } from '../catalog/snapshot/stamp.js';
import type { PgConnection } from '../connection/pg-connection.js';
import { asScript, type Row } from '../connection/script.js';
import { queryError } from '../connection/server-error.js';
import { readAgainIfChanged } from './check-catalog.js';
import { ownTables, type CatalogSettings } from './settings.js';

/** Where the objects of tenants are. Undefined stands for all schemas of the database. */
type Schema = string | undefined;

/** What is read, and how. */
export interface TenantSchemaSettings extends Pick<CatalogSettings, 'groups' | 'role' | 'timeoutMs'> {
  /** The history tables, of which no migration creates any. */
  readonly histories: readonly CatalogSettings['history'][];
}

/** The fingerprints of schemas. */
export interface SchemaFingerprints {
  /** Schemas without objects have none. */
  readonly bySchema: ReadonlyMap<Schema, string>;
  /** The major version of the server. */
  readonly major: number;
  /** Equal stamps prove that nothing has changed; undefined if it is unknown. */
  readonly stamp: string | undefined;
  /** The rare kinds of objects that the database has. */
  readonly kinds: PresentKinds;
}

/** Bounds the memory that the server needs for one statement. */
const SCHEMAS_PER_STATEMENT = 1_000;

/** Groups of objects that are in no schema. */
const OUTSIDE: readonly ObjectGroup[] = ['foreign data', 'replication', 'extensions', 'settings'];

/**
 * Fingerprints schemas in one read-only transaction.
 *
 * @param known an earlier result for the same schemas, which is returned if the catalog has not changed since.
 * @throws DatabaseError, DatabaseConnectionError
 */
export function readSchemaFingerprints(
  connection: PgConnection,
  settings: TenantSchemaSettings,
  schemas: readonly Schema[],
  known?: SchemaFingerprints,
): Promise<SchemaFingerprints> {
  return reading(connection, settings, LIVE_FACTS, async (row) => {
    const { stamp, kinds, serverVersion } = toLive(row);
    if (known && stamp !== undefined && stamp === known.stamp) return known;
    const bySchema = new Map<Schema, string>();
    const named = schemas.filter((schema) => schema !== undefined);
    for (let from = 0; from < named.length; from += SCHEMAS_PER_STATEMENT) {
      const scope = scopeOf(settings, named.slice(from, from + SCHEMAS_PER_STATEMENT));
      const selection = { scope, groups: groupsOf(settings), kinds, isInSchemas: true };
      const rows = await connection.query(fingerprintsBySchemaSql(selection));
      for (const { schema, fingerprint } of rows) bySchema.set(schema ?? '', fingerprint ?? '');
    }
    if (schemas.includes(undefined)) {
      const selection = { scope: scopeOf(settings, undefined), groups: groupsOf(settings), kinds, isInSchemas: true };
      const [whole] = await connection.query(fingerprintOfSchemasSql(selection));
      bySchema.set(undefined, whole?.['fingerprint'] ?? '');
    }
    return { bySchema, major: majorOf(serverVersion), stamp, kinds };
  });
}

/**
 * Reads the objects in a schema.
 *
 * @param kinds the rare kinds that the database has. @default it may have all, so their queries are planned too
 * @throws DatabaseError, DatabaseConnectionError
 */
export function readSchemaObjects(
  connection: PgConnection,
  settings: TenantSchemaSettings,
  schema: Schema,
  kinds: PresentKinds = ALL_KINDS,
): Promise<Catalog> {
  return reading(connection, settings, `SELECT ${SERVER_VERSION}`, async (row) => {
    const scope = scopeOf(settings, schema === undefined ? undefined : [schema]);
    const { objects } = await readObjects(connection, { scope, groups: groupsOf(settings), kinds, isInSchemas: true });
    return { objects, serverVersion: Number(row['version']) };
  });
}

const SERVER_VERSION = "current_setting('server_version_num') AS version";
const LIVE_FACTS = `SELECT live.stamp, live.kinds, ${SERVER_VERSION} FROM ${LIVE_SQL}`;

interface Live {
  readonly stamp: string | undefined;
  readonly kinds: PresentKinds;
  readonly serverVersion: number;
}

function toLive(row: Row): Live {
  const kinds = toPresentKinds(row['kinds']);
  return { stamp: row['stamp'] ?? undefined, kinds, serverVersion: Number(row['version']) };
}

/** Works in a transaction that begins with reading facts. */
async function reading<T>(
  connection: PgConnection,
  { role, timeoutMs: statementTimeoutMs }: TenantSchemaSettings,
  facts: string,
  work: (row: Row) => Promise<T>,
): Promise<T> {
  const attempt = async (): Promise<T> => {
    try {
      const [row = {}] = await connection.query(asScript([...beginReading({ role, statementTimeoutMs }), facts]));
      return await work(row);
    } finally {
      await connection.query('ROLLBACK').catch(() => {}); // the earlier error already reports a lost connection
    }
  };
  return readAgainIfChanged(attempt).catch((error: unknown) => {
    throw queryError('reading the schemas of tenants', error);
  });
}

function scopeOf({ histories }: TenantSchemaSettings, schemas: readonly string[] | undefined): QueryScope {
  return { schemas: schemas ? schemasCalled(schemas) : 'true', without: histories.flatMap(ownTables) };
}

function groupsOf({ groups }: TenantSchemaSettings): readonly ObjectGroup[] {
  return groups.filter((group) => !OUTSIDE.includes(group));
}
