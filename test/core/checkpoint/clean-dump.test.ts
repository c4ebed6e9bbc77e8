import { expect, test } from '@jest/globals';
import { cleanDump, differingBlocks, statementsOf } from '../../../src/core/checkpoint/clean-dump.js';

const CONTEXT = {
  historySchema: 'shared',
  owner: 'app owner',
  empty: statementsOf(
    'CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;\nALTER SCHEMA public OWNER TO postgres;',
  ),
};

const DUMP = String.raw`--
-- PostgreSQL database dump
--

\restrict abc

SET statement_timeout = 0;
SET transaction_timeout = 0;
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET row_security = off;

CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;
COMMENT ON EXTENSION hstore IS 'data type';
ALTER SCHEMA public OWNER TO postgres;
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;

--
-- Name: shared; Type: SCHEMA; Schema: -; Owner: app owner
--
CREATE SCHEMA shared;
ALTER SCHEMA shared OWNER TO "app owner";
SET default_tablespace = fast;

CREATE FUNCTION public.f() RETURNS void
    LANGUAGE plpgsql
    AS $$ BEGIN
ALTER TABLE t OWNER TO "app owner";
END $$;
ALTER FUNCTION public.f() OWNER TO other;
ALTER DEFAULT PRIVILEGES FOR ROLE "app owner" IN SCHEMA public GRANT SELECT ON TABLES TO reader;

COPY public.t (a, b) FROM stdin;
1	-- no comment;
\\restrict	\N
\.

COPY public.empty (a) FROM stdin;
\.

SELECT pg_catalog.setval('public.s', 42, true);
\unrestrict abc
`;

test('a dump is reduced to what holds in every database', () => {
  expect(cleanDump(DUMP, CONTEXT)).toEqual([
    'CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;',
    'CREATE SCHEMA IF NOT EXISTS shared;',
    'SET LOCAL default_tablespace = fast;',
    'CREATE FUNCTION public.f() RETURNS void\n    LANGUAGE plpgsql\n    AS $$ BEGIN\nALTER TABLE t OWNER TO "app owner";\nEND $$;',
    'ALTER FUNCTION public.f() OWNER TO other;',
    'ALTER DEFAULT PRIVILEGES FOR ROLE CURRENT_USER IN SCHEMA public GRANT SELECT ON TABLES TO reader;',
    'COPY public.t (a, b) FROM stdin;\n1\t-- no comment;\n\\\\restrict\t\\N\n\\.',
    "SELECT pg_catalog.setval('public.s', 42, true);",
  ]);
});

test('owners stay if the role that migrated is unknown', () => {
  const blocks = cleanDump('ALTER TABLE a OWNER TO x;', { ...CONTEXT, owner: undefined });
  expect(blocks).toEqual(['ALTER TABLE a OWNER TO x;']);
});

test('two dumps differ in blocks that only one has, however often, and not in their order', () => {
  expect(differingBlocks(['A;', 'B;'], ['B;', 'A;'])).toEqual([]);
  expect(differingBlocks(['A;', 'A;', 'B;'], ['A;', 'C 1 2 3 4 5 6 7 8;'])).toEqual(['A;', 'B;', 'C 1 2 3 4 5 6 7']);
});

test.each([
  ['REVOKE ALL ON TABLE a FROM "app owner";', 'REVOKE ALL ON TABLE a FROM CURRENT_USER;'],
  [
    'GRANT SELECT(b) ON TABLE "app owner"."app owner" TO "app owner" WITH GRANT OPTION;',
    'GRANT SELECT(b) ON TABLE "app owner"."app owner" TO CURRENT_USER WITH GRANT OPTION;',
  ],
  [
    `CREATE POLICY p ON a TO other, "app owner" USING ((b = '"app owner"'::text));`,
    `CREATE POLICY p ON a TO other, CURRENT_USER USING ((b = '"app owner"'::text));`,
  ],
  [
    'ALTER DEFAULT PRIVILEGES FOR ROLE x GRANT ALL ON TABLES TO "app owner";',
    'ALTER DEFAULT PRIVILEGES FOR ROLE x GRANT ALL ON TABLES TO CURRENT_USER;',
  ],
  [`COMMENT ON TABLE a IS 'GRANT x TO "app owner"';`, `COMMENT ON TABLE a IS 'GRANT x TO "app owner"';`],
])('whoever runs a checkpoint takes the place of the role that migrated: %s', (statement, expected) => {
  expect(cleanDump(statement, CONTEXT)).toEqual([expected]);
});

const rows = (value: string): string => `COPY public.t (a) FROM stdin;\n${value}\n\\.`;

test('a message names a table whose rows differ, and shows none of them', () => {
  expect(differingBlocks([rows('secret')], [rows('other')])).toEqual([
    'COPY public.t (a) FROM stdin;',
    'COPY public.t (a) FROM stdin;',
  ]);
});
