import type { Kind } from './kind.js';

/** Functions, procedures and aggregates, and the kinds of types. */
export const FUNCTION_AND_TYPE_KINDS: readonly Kind[] = [
  {
    name: 'function',
    create: ({ n, random }) =>
      `CREATE FUNCTION gen.function_${n}(a integer) RETURNS integer LANGUAGE sql ${random.pick(['', 'IMMUTABLE', 'STABLE'])} AS 'SELECT a + ${n}'`,
    drop: ({ n }) => `DROP FUNCTION gen.function_${n}`,
    alter: [
      'STRICT',
      'SECURITY DEFINER',
      'LEAKPROOF',
      'PARALLEL SAFE',
      'COST 1234',
      "SET work_mem = '7MB'",
      'RENAME TO renamed_N',
      'SET SCHEMA gen_other',
    ].map(
      (action) =>
        ({ n }) =>
          `ALTER FUNCTION gen.function_${n}(integer) ${action.replace('_N', `_${n}`)}`,
    ),
  },
  {
    name: 'procedure',
    create: ({ n, random }) =>
      `CREATE PROCEDURE gen.procedure_${n}(a ${random.pick(['integer', 'text'])}) LANGUAGE plpgsql AS $$ BEGIN PERFORM ${n}; END $$`,
    drop: ({ n }) => `DROP PROCEDURE gen.procedure_${n}`,
    alter: [
      ({ n }) => `ALTER PROCEDURE gen.procedure_${n} SECURITY DEFINER`,
      ({ n }) => `ALTER PROCEDURE gen.procedure_${n} SET search_path = gen`,
      ({ n }) => `ALTER PROCEDURE gen.procedure_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER PROCEDURE gen.procedure_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'aggregate',
    create: ({ n, random }) =>
      `CREATE AGGREGATE gen.aggregate_${n}(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '${random.pick([0, 1])}')`,
    drop: ({ n }) => `DROP AGGREGATE gen.aggregate_${n}(integer)`,
    alter: [
      ({ n }) => `ALTER AGGREGATE gen.aggregate_${n}(integer) RENAME TO renamed_${n}`,
      ({ n }) => `ALTER AGGREGATE gen.aggregate_${n}(integer) SET SCHEMA gen_other`,
      ({ n, role }) => `ALTER AGGREGATE gen.aggregate_${n}(integer) OWNER TO ${role}`,
    ],
  },
  {
    name: 'enum',
    create: ({ n }) => `CREATE TYPE gen.enum_${n} AS ENUM ('a', 'b', 'v${n}')`,
    drop: ({ n }) => `DROP TYPE gen.enum_${n}`,
    alter: [
      ({ n }) => `ALTER TYPE gen.enum_${n} ADD VALUE 'new' BEFORE 'b'`,
      ({ n }) => `ALTER TYPE gen.enum_${n} RENAME VALUE 'a' TO 'c'`,
      ({ n }) => `ALTER TYPE gen.enum_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER TYPE gen.enum_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'composite',
    create: ({ n, random }) => `CREATE TYPE gen.composite_${n} AS (a integer, b ${random.pick(['text', 'date'])})`,
    drop: ({ n }) => `DROP TYPE gen.composite_${n}`,
    alter: [
      ({ n }) => `ALTER TYPE gen.composite_${n} ADD ATTRIBUTE c integer`,
      ({ n }) => `ALTER TYPE gen.composite_${n} DROP ATTRIBUTE b`,
      ({ n }) => `ALTER TYPE gen.composite_${n} ALTER ATTRIBUTE a TYPE bigint`,
      ({ n }) => `ALTER TYPE gen.composite_${n} RENAME ATTRIBUTE a TO z`,
      ({ n }) => `ALTER TYPE gen.composite_${n} SET SCHEMA gen_other`,
    ],
  },
  {
    name: 'range',
    create: ({ n, random }) =>
      `CREATE TYPE gen.range_${n} AS RANGE (SUBTYPE = ${random.pick(['integer', 'text', 'float8'])})`,
    drop: ({ n }) => `DROP TYPE gen.range_${n}`,
    alter: [
      ({ n }) => `ALTER TYPE gen.range_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER TYPE gen.range_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'domain',
    create: ({ n, random }) =>
      `CREATE DOMAIN gen.domain_${n} AS ${random.pick(['integer', 'bigint'])} CONSTRAINT positive CHECK (VALUE > ${n})`,
    drop: ({ n }) => `DROP DOMAIN gen.domain_${n}`,
    alter: [
      'SET DEFAULT 9',
      'SET NOT NULL',
      'ADD CONSTRAINT small CHECK (VALUE < 100)',
      'ADD CONSTRAINT small CHECK (VALUE < 100) NOT VALID',
      'DROP CONSTRAINT positive',
      'RENAME CONSTRAINT positive TO above',
      'RENAME TO renamed_N',
    ].map(
      (action) =>
        ({ n }) =>
          `ALTER DOMAIN gen.domain_${n} ${action.replace('_N', `_${n}`)}`,
    ),
  },
];
