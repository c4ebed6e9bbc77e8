import { createHash } from 'node:crypto';
import type { MigrationFile } from './files/migration-file.js';
import { SCHEMA } from './files/small.js';
import { type BenchServer, query, withClient } from './server.js';

/** Everything that the measured files create, one row each; without what tools create for themselves. */
const OBJECTS = `
  SET search_path = pg_catalog;
  WITH relation AS (
    SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relacl
    FROM pg_class AS c
    WHERE c.relnamespace = to_regnamespace('${SCHEMA}')
  )
  SELECT line FROM (
    SELECT format('relation %s %s %s %s', relname, relkind, relrowsecurity, relacl) FROM relation
    UNION ALL
    SELECT format('column %s.%s %s %s %s', r.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
      pg_get_expr(d.adbin, d.adrelid))
    FROM relation AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    UNION ALL
    SELECT pg_get_indexdef(i.indexrelid) FROM relation AS r JOIN pg_index AS i ON i.indrelid = r.oid
    UNION ALL
    SELECT format('constraint %s.%s %s', r.relname, k.conname, pg_get_constraintdef(k.oid))
    FROM relation AS r JOIN pg_constraint AS k ON k.conrelid = r.oid
    UNION ALL
    SELECT pg_get_triggerdef(t.oid) FROM relation AS r JOIN pg_trigger AS t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT format('view %s %s', relname, pg_get_viewdef(oid)) FROM relation WHERE relkind = 'v'
    UNION ALL
    SELECT format('policy %s.%s %s %s', r.relname, p.polname, pg_get_expr(p.polqual, p.polrelid),
      pg_get_expr(p.polwithcheck, p.polrelid))
    FROM relation AS r JOIN pg_policy AS p ON p.polrelid = r.oid
    UNION ALL
    SELECT pg_get_functiondef(f.oid) FROM pg_proc AS f WHERE f.pronamespace = to_regnamespace('${SCHEMA}')
    UNION ALL
    SELECT format('label %s.%s', t.typname, e.enumlabel)
    FROM pg_type AS t JOIN pg_enum AS e ON e.enumtypid = t.oid WHERE t.typnamespace = to_regnamespace('${SCHEMA}')
    UNION ALL
    SELECT format('comment %s.%s %s', r.relname, d.objsubid, d.description)
    FROM relation AS r JOIN pg_description AS d ON d.objoid = r.oid AND d.classoid = 'pg_class'::regclass
  ) AS object (line)
  ORDER BY line COLLATE "C"`;

const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = '${SCHEMA}' AND c.relkind = 'r' ORDER BY 1`;

/** A hash of the schema that the files made, and of the number of rows in each table. */
export async function fingerprintOf(connectionString: string): Promise<string> {
  const results = (await query(connectionString, OBJECTS)) as unknown as { rows: { line: string }[] }[];
  const lines = results.flatMap(({ rows }) => rows.map(({ line }) => line));
  const { rows: tables } = await query<{ name: string }>(connectionString, TABLES);
  const counts = tables.map(({ name }) => `SELECT '${name}' AS name, count(*) FROM ${name}`).join(' UNION ALL ');
  const { rows } = counts === '' ? { rows: [] } : await query(connectionString, counts);
  return createHash('sha256')
    .update(JSON.stringify([lines, rows]))
    .digest('hex');
}

/** The fingerprint after the files ran one by one, by no tool. */
export async function expectedFingerprint(server: BenchServer, files: readonly MigrationFile[]): Promise<string> {
  const connectionString = await server.createDatabase();
  await withClient(connectionString, async (client) => {
    for (const { sql } of files) await client.query(sql);
  });
  const fingerprint = await fingerprintOf(connectionString);
  await server.dropDatabase(connectionString);
  return fingerprint;
}
