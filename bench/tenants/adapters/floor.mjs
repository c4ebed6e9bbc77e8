import { readdirSync } from 'node:fs';
import pg from 'pg';
import { hash, read } from '../../adapters/floors/floor.mjs';

const BEHIND = `
  SELECT t.name
  FROM unnest($1::text[], $2::text[]) AS t (name, schema)
  LEFT JOIN pg_namespace AS n ON n.nspname = t.schema
  LEFT JOIN (
    SELECT h.tenant, h.schema_oid, count(*) AS applied
    FROM shared.schema_migrations_tenants AS h
    JOIN unnest($3::text[], $4::text[]) AS f (file, checksum) ON f.file = h.migration_file AND f.checksum = h.checksum
    WHERE h.error_message IS NULL
    GROUP BY h.tenant, h.schema_oid
  ) AS a ON a.tenant = t.name AND a.schema_oid = n.oid
  WHERE a.applied IS DISTINCT FROM cardinality($3::text[])`;

/** The least that finds out which tenants are behind: connects, reads and hashes every file, and sends one query. */
export const load =
  () =>
  async ({ connectionString, directory, tenants }) => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    const files = readdirSync(directory).toSorted();
    const checksums = files.map((file) => hash(read(directory, file)));
    const [names, schemas] = [tenants.map(({ name }) => name), tenants.map(({ schema }) => schema)];
    const { rows } = await client.query(BEHIND, [names, schemas, files, checksums]);
    if (rows.length > 0) throw new Error(`${rows.length} tenants are behind`);
    await client.end();
  };
