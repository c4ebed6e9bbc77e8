import type { MigrationFile } from './migration-file.js';
import { SCHEMA } from './small.js';

/**
 * The given number of typical application files: tables, columns, indexes, functions, triggers, types, views, seeds,
 * policies. All are transactional, because not every tool runs others.
 */
export function realisticFiles(count: number): MigrationFile[] {
  return Array.from({ length: count }, (_, i) => {
    const kind = KINDS[i % KINDS.length] as Kind;
    const area = AREAS[Math.floor(i / KINDS.length)] ?? `area_${Math.floor(i / KINDS.length) + 1}`;
    const schema = i === 0 ? `CREATE SCHEMA ${SCHEMA};\n\n` : '';
    return { number: i + 1, label: `${area}_${kind.label}`, sql: `${schema}${kind.sql(`${SCHEMA}.${area}`, area)}` };
  });
}

const AREAS = ['customers', 'orders', 'invoices', 'shipments'];

interface Kind {
  readonly label: string;
  /** @param table qualified name of the area's main table. @param area its plain name. */
  readonly sql: (table: string, area: string) => string;
}

const KINDS: readonly Kind[] = [
  {
    label: 'table',
    sql: (table, area) => `-- The main table of ${area}; rows are never deleted, only archived.
CREATE TABLE ${table} (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  number      text NOT NULL,
  name        text NOT NULL,
  notes       jsonb NOT NULL DEFAULT '{}'::jsonb,
  archived_at timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ${area}_number_key UNIQUE (number),
  CONSTRAINT ${area}_name_check CHECK (length(trim(name)) > 0),
  CONSTRAINT ${area}_notes_check CHECK (jsonb_typeof(notes) = 'object')
);

COMMENT ON TABLE ${table} IS 'One row each; it''s the application that decides when to archive.';

CREATE INDEX ${area}_lower_name_idx ON ${table} (lower(name)) WHERE archived_at IS NULL;
`,
  },
  {
    label: 'lines',
    sql: (table, area) => `CREATE TABLE ${table}_lines (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  parent_id bigint NOT NULL REFERENCES ${table} (id) ON DELETE CASCADE,
  position  integer NOT NULL,
  quantity  numeric(12, 3) NOT NULL DEFAULT 1,
  price     numeric(12, 2) NOT NULL,
  UNIQUE (parent_id, position),
  CHECK (quantity > 0 AND price >= 0)
);

COMMENT ON COLUMN ${table}_lines.position IS 'From 1; gaps are allowed; see the view "${area}_totals"';

CREATE INDEX ${area}_lines_parent_id_idx ON ${table}_lines (parent_id);
`,
  },
  {
    label: 'updated_at',
    sql: (table, area) => `-- updated_at is kept by the database; application code forgot it in places.
CREATE OR REPLACE FUNCTION ${table}_touch()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  -- COMMIT of a concurrent transaction does not matter here.
  IF NEW IS DISTINCT FROM OLD THEN
    NEW.updated_at := now();
  END IF;
  RETURN NEW;
END;
$$;

DROP TRIGGER IF EXISTS ${area}_touch ON ${table};
CREATE TRIGGER ${area}_touch
  BEFORE UPDATE ON ${table}
  FOR EACH ROW EXECUTE FUNCTION ${table}_touch();
`,
  },
  {
    label: 'seed',
    sql: (table, area) => `INSERT INTO ${table} (number, name, notes) VALUES
  ('A-1', 'First; with a semicolon', '{"source": "import"}'),
  ('A-2', 'Second -- with dashes', '{"source": "import", "tags": ["a", "b"]}'),
  ('A-3', 'Third /* with a comment */', '{}')
ON CONFLICT (number) DO NOTHING;

INSERT INTO ${table}_lines (parent_id, position, quantity, price)
SELECT id, g, g * 1.5, 10 * g
FROM ${table}, generate_series(1, 3) AS g
WHERE number LIKE 'A-%'; -- ${area}
`,
  },
  {
    label: 'status',
    sql: (table, area) => `CREATE TYPE ${table}_status AS ENUM ('draft', 'open', 'closed');

ALTER TABLE ${table} ADD COLUMN status ${table}_status NOT NULL DEFAULT 'draft';

UPDATE ${table} SET status = 'open' WHERE archived_at IS NULL AND created_at <= now();

ALTER TABLE ${table}
  ADD CONSTRAINT ${area}_closed_check CHECK (status <> 'closed' OR archived_at IS NOT NULL) NOT VALID;
ALTER TABLE ${table} VALIDATE CONSTRAINT ${area}_closed_check;
`,
  },
  {
    label: 'totals',
    sql: (table, area) => `CREATE VIEW ${table}_totals AS
SELECT m.id, m.number, m.status, coalesce(sum(l.quantity * l.price), 0) AS total, count(l.id) AS lines
FROM ${table} AS m
LEFT JOIN ${table}_lines AS l ON l.parent_id = m.id
WHERE m.archived_at IS NULL
GROUP BY m.id;

COMMENT ON VIEW ${table}_totals IS 'Read by the report on ${area}.';

CREATE FUNCTION ${table}_total(wanted bigint) RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE
AS $sql$
  SELECT total FROM ${table}_totals WHERE id = wanted;
$sql$;
`,
  },
  {
    label: 'audit',
    sql: (table, area) => `CREATE TABLE ${table}_audit (
  at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  row_id  bigint NOT NULL,
  action  text NOT NULL CHECK (action IN ('INSERT', 'UPDATE', 'DELETE')),
  old_row jsonb,
  new_row jsonb
) PARTITION BY RANGE (at);

CREATE TABLE ${table}_audit_2025 PARTITION OF ${table}_audit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE ${table}_audit_rest PARTITION OF ${table}_audit DEFAULT;

DO $do$
DECLARE
  kind text;
BEGIN
  FOREACH kind IN ARRAY ARRAY['INSERT', 'UPDATE'] LOOP
    EXECUTE format('INSERT INTO ${table}_audit (row_id, action) SELECT id, %L FROM ${table}', kind);
  END LOOP;
END
$do$;

CREATE INDEX ${area}_audit_row_id_idx ON ${table}_audit (row_id, at DESC);
`,
  },
  {
    label: 'access',
    sql: (table, area) => `ALTER TABLE ${table} ADD COLUMN tenant_id integer NOT NULL DEFAULT 1;
ALTER TABLE ${table} ALTER COLUMN tenant_id DROP DEFAULT;

CREATE INDEX ${area}_tenant_id_idx ON ${table} (tenant_id, created_at);

ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY ${area}_of_tenant ON ${table}
  USING (tenant_id = current_setting('app.tenant_id', true)::integer)
  WITH CHECK (tenant_id = current_setting('app.tenant_id', true)::integer);

REVOKE ALL ON ${table} FROM PUBLIC;
`,
  },
];
