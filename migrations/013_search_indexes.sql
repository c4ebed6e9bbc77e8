-- Full-text search over courses, schools and people.
--
-- The configuration is named in full ('pg_catalog.simple'): only then is
-- to_tsvector() immutable, as a generated column demands; and 'simple' because
-- one tenant's courses are in French and the next one's in Polish.

ALTER TABLE shared.courses
  ADD COLUMN IF NOT EXISTS search_vector tsvector
    GENERATED ALWAYS AS (
      setweight(to_tsvector('pg_catalog.simple', code || ' ' || title), 'A')
      || setweight(to_tsvector('pg_catalog.simple', description), 'C')
    ) STORED;

ALTER TABLE shared.schools
  ADD COLUMN IF NOT EXISTS search_vector tsvector
    GENERATED ALWAYS AS (
      setweight(to_tsvector('pg_catalog.simple', name), 'A')
      || setweight(to_tsvector('pg_catalog.simple', coalesce(city, '')), 'B')
    ) STORED;

CREATE INDEX IF NOT EXISTS courses_search_vector_idx
  ON shared.courses USING gin (search_vector);

CREATE INDEX IF NOT EXISTS schools_search_vector_idx
  ON shared.schools USING gin (search_vector);

-- For people an index on the expression will do; names are short.
CREATE INDEX IF NOT EXISTS users_full_name_search_idx
  ON shared.users USING gin (to_tsvector('pg_catalog.simple', full_name));

CREATE OR REPLACE FUNCTION shared.search_catalogue(tenant uuid, query text, max_rows integer DEFAULT 20)
RETURNS TABLE (kind text, id uuid, title text, rank real)
LANGUAGE sql
STABLE
AS $body$
  WITH q AS (
    SELECT websearch_to_tsquery('pg_catalog.simple', $2) AS tsq
  )
  SELECT 'course', c.id, c.code || ': ' || c.title, ts_rank(c.search_vector, q.tsq)
  FROM shared.courses AS c
  CROSS JOIN q
  WHERE c.tenant_id = $1 AND c.search_vector @@ q.tsq
  UNION ALL
  SELECT 'school', s.id, s.name, ts_rank(s.search_vector, q.tsq)
  FROM shared.schools AS s
  CROSS JOIN q
  WHERE s.tenant_id = $1 AND s.search_vector @@ q.tsq
  ORDER BY 4 DESC, 3
  LIMIT $3;
$body$;

COMMENT ON FUNCTION shared.search_catalogue(uuid, text, integer) IS
  E'Takes what a visitor types: words, "a phrase", -without.\nBest match first; $3 rows at most.';

-- Next: trigram search for misspelt names; it wants an extension, so not yet.
