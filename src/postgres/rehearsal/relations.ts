import type { PgConnection } from '../connection/pg-connection.js';
import { queryError } from '../connection/server-error.js';

/** A table, view or sequence at one moment. */
export interface Relation {
  /** `schema.name` */
  readonly name: string;
  /** Identifies its storage; a rewrite changes it. */
  readonly storage: string;
}

/** All relations of a database except system relations, and indexes, which are locked with their tables. */
const RELATIONS = `
  SELECT c.oid, s.nspname::text || '.' || c.relname::text AS name, c.relfilenode AS storage
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
   WHERE s.nspname <> 'information_schema' AND s.nspname !~ '^pg_'::pg_catalog.text AND c.relkind NOT IN ('i', 'I')`;

/** The relations by OID. @throws MigrationError */
export async function readRelations(connection: PgConnection): Promise<ReadonlyMap<string, Relation>> {
  const rows = await connection.query(RELATIONS).catch((error: unknown) => {
    throw queryError('reading the tables of the database', error);
  });
  return new Map(rows.map(({ oid, name, storage }) => [String(oid), { name: String(name), storage: String(storage) }]));
}
