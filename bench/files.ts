import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A directory of so many migrations of an ordinary kind: a table, an index, a function, a trigger, some rows. */
export async function generateMigrations(count: number): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'migrations-bench-'));
  await Promise.all(
    Array.from({ length: count }, (_, i) =>
      writeFile(path.join(directory, `${String(i + 1).padStart(5, '0')}_table.sql`), migration(i + 1)),
    ),
  );
  return directory;
}

function migration(n: number): string {
  return `-- Table ${n}; made for a measurement.
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE IF NOT EXISTS bench.t${n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, changed_at timestamptz);
CREATE INDEX IF NOT EXISTS t${n}_name ON bench.t${n} (lower(name));
CREATE OR REPLACE FUNCTION bench.f${n}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := now();
  RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS changed ON bench.t${n};
CREATE TRIGGER changed BEFORE UPDATE ON bench.t${n} FOR EACH ROW EXECUTE FUNCTION bench.f${n}();
INSERT INTO bench.t${n} (name) SELECT 'row ' || g FROM generate_series(1, 10) AS g WHERE NOT EXISTS (SELECT FROM bench.t${n});
`;
}
