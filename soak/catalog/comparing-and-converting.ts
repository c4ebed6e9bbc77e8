import { NO_ALTER, type Kind } from './kind.js';

/** Objects that compare or convert values. */
export const COMPARING_AND_CONVERTING_KINDS: readonly Kind[] = [
  {
    name: 'collation',
    create: ({ n, random }) => `CREATE COLLATION gen.collation_${n} (LOCALE = '${random.pick(['C', 'POSIX'])}')`,
    drop: ({ n }) => `DROP COLLATION gen.collation_${n}`,
    alter: [
      ({ n }) => `ALTER COLLATION gen.collation_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER COLLATION gen.collation_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'conversion',
    create: ({ n }) => `CREATE CONVERSION gen.conversion_${n} FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8`,
    drop: ({ n }) => `DROP CONVERSION gen.conversion_${n}`,
    alter: [
      ({ n }) => `ALTER CONVERSION gen.conversion_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER CONVERSION gen.conversion_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'operator',
    needs: ({ n }) => `CREATE TYPE gen.operator_${n} AS ENUM ('a')`,
    create: ({ n }) =>
      `CREATE FUNCTION gen.compare(gen.operator_${n}, gen.operator_${n}) RETURNS boolean LANGUAGE sql AS 'SELECT true'; ` +
      `CREATE OPERATOR gen.<#> (LEFTARG = gen.operator_${n}, RIGHTARG = gen.operator_${n}, FUNCTION = gen.compare)`,
    drop: ({ n }) => `DROP OPERATOR gen.<#> (gen.operator_${n}, gen.operator_${n})`,
    alter: [
      ({ n }) => `ALTER OPERATOR gen.<#> (gen.operator_${n}, gen.operator_${n}) SET (RESTRICT = eqsel)`,
      ({ n, role }) => `ALTER OPERATOR gen.<#> (gen.operator_${n}, gen.operator_${n}) OWNER TO ${role}`,
      ({ n }) => `ALTER OPERATOR gen.<#> (gen.operator_${n}, gen.operator_${n}) SET SCHEMA gen_other`,
    ],
  },
  {
    name: 'family',
    create: ({ n, random }) => `CREATE OPERATOR FAMILY gen.family_${n} USING ${random.pick(['btree', 'hash'])}`,
    drop: ({ n }) =>
      `DO $$ BEGIN EXECUTE (SELECT format('DROP OPERATOR FAMILY gen.family_${n} USING %I', amname) FROM pg_opfamily f JOIN pg_am a ON a.oid = opfmethod WHERE opfname = 'family_${n}'); END $$`,
    alter: NO_ALTER,
  },
  {
    name: 'class',
    create: ({ n }) =>
      `CREATE OPERATOR CLASS gen.class_${n} FOR TYPE integer USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(integer)`,
    drop: ({ n }) => `DROP OPERATOR CLASS gen.class_${n} USING hash`,
    alter: [
      ({ n }) => `ALTER OPERATOR CLASS gen.class_${n} USING hash RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER OPERATOR CLASS gen.class_${n} USING hash OWNER TO ${role}`,
      ({ n }) =>
        `ALTER OPERATOR FAMILY gen.class_${n} USING hash ADD OPERATOR 1 = (bigint, integer), FUNCTION 1 (bigint) hashint8(bigint)`,
    ],
  },
  {
    name: 'cast',
    needs: ({ n }) => `CREATE TYPE gen.cast_${n} AS ENUM ('a')`,
    create: ({ n, random }) =>
      `CREATE CAST (gen.cast_${n} AS integer) WITH INOUT${random.pick(['', ' AS ASSIGNMENT'])}`,
    drop: ({ n }) => `DROP CAST (gen.cast_${n} AS integer)`,
    alter: NO_ALTER,
  },
];
