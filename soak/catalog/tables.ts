import type { Kind } from './kind.js';

const TYPES = ['integer', 'bigint', 'text', 'numeric(10, 2)', 'varchar(20)', 'boolean', 'timestamptz', 'uuid', 'jsonb'];

/** https://www.postgresql.org/docs/current/sql-altertable.html and the pages of what belongs to tables. */
export const TABLE_KINDS: readonly Kind[] = [
  {
    name: 'table',
    create: ({ n, random }) =>
      `CREATE ${random.pick(['', 'UNLOGGED '])}TABLE gen.table_${n} (id bigint NOT NULL, kind text, amount numeric)` +
      random.pick(['', ' WITH (fillfactor = 70)', ' WITH (autovacuum_enabled = false)']),
    drop: ({ n }) => `DROP TABLE gen.table_${n}`,
    alter: [
      ({ n }) => `ALTER TABLE gen.table_${n} RENAME TO renamed_${n}`,
      ({ n }) => `ALTER TABLE gen.table_${n} SET SCHEMA gen_other`,
      ({ n }) => `ALTER TABLE gen.table_${n} SET (toast_tuple_target = 256)`,
      ({ n }) => `ALTER TABLE gen.table_${n} SET (parallel_workers = 3)`,
      ({ n, role }) => `ALTER TABLE gen.table_${n} OWNER TO ${role}`,
      ({ n }) => `ALTER TABLE gen.table_${n} ENABLE ROW LEVEL SECURITY`,
      ({ n }) => `ALTER TABLE gen.table_${n} FORCE ROW LEVEL SECURITY`,
      ({ n }) => `ALTER TABLE gen.table_${n} REPLICA IDENTITY FULL`,
      ({ n }) => `ALTER TABLE gen.table_${n} INHERIT gen.parent`,
      ({ n }) => `ALTER TABLE gen.table_${n} OF gen.row_type`,
    ],
  },
  {
    name: 'column',
    needs: ({ n }) => `CREATE TABLE gen.of_column_${n} (first integer)`,
    create: ({ n, random }) => `ALTER TABLE gen.of_column_${n} ADD COLUMN column_${n} ${random.pick(TYPES)}`,
    drop: ({ n }) => `ALTER TABLE gen.of_column_${n} DROP COLUMN column_${n}`,
    alter: [
      'RENAME COLUMN column_N TO renamed_N',
      'ALTER COLUMN column_N SET NOT NULL',
      'ALTER COLUMN column_N TYPE boolean USING NULL, ALTER COLUMN column_N SET DEFAULT true',
      'ALTER COLUMN column_N TYPE char(7) USING NULL',
      `ALTER COLUMN column_N TYPE text COLLATE "C" USING NULL`,
      'ALTER COLUMN column_N SET STATISTICS 77',
      'ALTER COLUMN column_N SET (n_distinct = 5)',
      'ALTER COLUMN column_N TYPE text USING NULL, ALTER COLUMN column_N SET STORAGE EXTERNAL',
    ].map(
      (action) =>
        ({ n }) =>
          `ALTER TABLE gen.of_column_${n} ${action.replaceAll('_N', `_${n}`)}`,
    ),
  },
  {
    name: 'identity',
    needs: ({ n }) => `CREATE TABLE gen.of_identity_${n} (identity_${n} bigint NOT NULL)`,
    create: ({ n, random }) =>
      `ALTER TABLE gen.of_identity_${n} ALTER COLUMN identity_${n} ADD GENERATED ${random.pick(['ALWAYS', 'BY DEFAULT'])} AS IDENTITY (START 5)`,
    drop: ({ n }) => `ALTER TABLE gen.of_identity_${n} ALTER COLUMN identity_${n} DROP IDENTITY`,
    alter: [
      ({ n }) => `ALTER TABLE gen.of_identity_${n} ALTER COLUMN identity_${n} SET INCREMENT BY 7`,
      ({ n }) => `ALTER TABLE gen.of_identity_${n} ALTER COLUMN identity_${n} SET CYCLE`,
      ({ n }) => `ALTER TABLE gen.of_identity_${n} ALTER COLUMN identity_${n} SET MAXVALUE 1000`,
    ],
  },
  {
    name: 'generated',
    needs: ({ n }) => `CREATE TABLE gen.of_generated_${n} (a integer)`,
    create: ({ n, random }) =>
      `ALTER TABLE gen.of_generated_${n} ADD COLUMN generated_${n} integer GENERATED ALWAYS AS (a ${random.pick(['+', '*', '-'])} 2) STORED`,
    drop: ({ n }) => `ALTER TABLE gen.of_generated_${n} DROP COLUMN generated_${n}`,
    alter: [({ n }) => `ALTER TABLE gen.of_generated_${n} ALTER COLUMN generated_${n} DROP EXPRESSION`],
  },
  {
    name: 'check',
    needs: ({ n }) => `CREATE TABLE gen.of_check_${n} (a integer)`,
    create: ({ n, random }) =>
      `ALTER TABLE gen.of_check_${n} ADD CONSTRAINT check_${n} CHECK (a ${random.pick(['>', '<', '<>'])} ${n})${random.pick(['', ' NO INHERIT'])} NOT VALID`,
    drop: ({ n }) => `ALTER TABLE gen.of_check_${n} DROP CONSTRAINT check_${n}`,
    alter: [
      ({ n }) => `ALTER TABLE gen.of_check_${n} VALIDATE CONSTRAINT check_${n}`,
      ({ n }) => `ALTER TABLE gen.of_check_${n} RENAME CONSTRAINT check_${n} TO renamed_${n}`,
    ],
  },
  {
    name: 'foreign_key',
    needs: ({ n }) => `CREATE TABLE gen.of_foreign_key_${n} (a integer)`,
    create: ({ n, random }) =>
      `ALTER TABLE gen.of_foreign_key_${n} ADD CONSTRAINT foreign_key_${n} FOREIGN KEY (a) REFERENCES gen.keyed` +
      random.pick(['', ' ON DELETE CASCADE', ' ON UPDATE SET NULL', ' MATCH FULL']),
    drop: ({ n }) => `ALTER TABLE gen.of_foreign_key_${n} DROP CONSTRAINT foreign_key_${n}`,
    alter: [
      ({ n }) => `ALTER TABLE gen.of_foreign_key_${n} ALTER CONSTRAINT foreign_key_${n} DEFERRABLE`,
      ({ n }) => `ALTER TABLE gen.of_foreign_key_${n} ALTER CONSTRAINT foreign_key_${n} DEFERRABLE INITIALLY DEFERRED`,
    ],
  },
  {
    name: 'unique',
    needs: ({ n }) => `CREATE TABLE gen.of_unique_${n} (a integer NOT NULL, b text NOT NULL)`,
    create: ({ n, random }) =>
      `ALTER TABLE gen.of_unique_${n} ADD CONSTRAINT unique_${n} ${random.pick(['UNIQUE (a)', 'UNIQUE (b, a)', 'PRIMARY KEY (a)', 'EXCLUDE (b WITH =)', 'UNIQUE (a) INCLUDE (b)', 'UNIQUE (a) DEFERRABLE'])}`,
    drop: ({ n }) => `ALTER TABLE gen.of_unique_${n} DROP CONSTRAINT unique_${n}`,
    alter: [({ n }) => `ALTER TABLE gen.of_unique_${n} RENAME CONSTRAINT unique_${n} TO renamed_${n}`],
  },
  {
    name: 'index',
    needs: ({ n }) => `CREATE TABLE gen.of_index_${n} (a integer, b text, c int4range)`,
    create: ({ n, random }) =>
      `CREATE ${random.pick(['INDEX', 'UNIQUE INDEX'])} index_${n} ON gen.of_index_${n} ` +
      random.pick(['(a)', '(lower(b))', '(b DESC NULLS LAST)', '(a, b)', '(b text_pattern_ops)', '(a) INCLUDE (b)']),
    drop: ({ n }) => `DROP INDEX gen.index_${n}`,
    alter: [
      ({ n }) => `ALTER INDEX gen.index_${n} RENAME TO renamed_${n}`,
      ({ n }) => `ALTER INDEX gen.index_${n} SET (fillfactor = 55)`,
      ({ n }) => `ALTER TABLE gen.of_index_${n} CLUSTER ON index_${n}`,
      ({ n }) => `DROP INDEX gen.index_${n}; CREATE INDEX index_${n} ON gen.of_index_${n} (a) WHERE a > 3`,
    ],
  },
  {
    name: 'sequence',
    create: ({ n, random }) =>
      `CREATE SEQUENCE gen.sequence_${n} AS ${random.pick(['integer', 'bigint'])} START ${n} CACHE ${random.pick([1, 5])}`,
    drop: ({ n }) => `DROP SEQUENCE gen.sequence_${n}`,
    alter: [
      ({ n }) => `ALTER SEQUENCE gen.sequence_${n} AS smallint`,
      ({ n }) => `ALTER SEQUENCE gen.sequence_${n} INCREMENT BY 11`,
      ({ n }) => `ALTER SEQUENCE gen.sequence_${n} MAXVALUE 4711`,
      ({ n }) => `ALTER SEQUENCE gen.sequence_${n} MINVALUE -5`,
      ({ n }) => `ALTER SEQUENCE gen.sequence_${n} CYCLE`,
      ({ n }) => `ALTER SEQUENCE gen.sequence_${n} CACHE 77`,
      ({ n }) => `ALTER SEQUENCE gen.sequence_${n} START 100`,
      ({ n }) => `ALTER SEQUENCE gen.sequence_${n} OWNED BY gen.keyed.id`,
      ({ n }) => `ALTER SEQUENCE gen.sequence_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER SEQUENCE gen.sequence_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'view',
    create: ({ n, random }) =>
      `CREATE VIEW gen.view_${n} ${random.pick(['', 'WITH (security_barrier) '])}AS SELECT id, id ${random.pick(['+', '*'])} 2 AS twice FROM gen.keyed`,
    drop: ({ n }) => `DROP VIEW gen.view_${n}`,
    alter: [
      ({ n }) => `CREATE OR REPLACE VIEW gen.view_${n} AS SELECT id, id - 1 AS twice FROM gen.keyed`,
      ({ n }) => `ALTER VIEW gen.view_${n} RENAME COLUMN twice TO double`,
      ({ n }) => `ALTER VIEW gen.view_${n} ALTER COLUMN id SET DEFAULT 9`,
      ({ n }) => `ALTER VIEW gen.view_${n} SET (check_option = local)`,
      ({ n }) => `ALTER VIEW gen.view_${n} RENAME TO renamed_${n}`,
      ({ n }) => `ALTER VIEW gen.view_${n} SET SCHEMA gen_other`,
      ({ n, role }) => `ALTER VIEW gen.view_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'matview',
    create: ({ n, random }) =>
      `CREATE MATERIALIZED VIEW gen.matview_${n} AS SELECT id, ${random.pick([1, 2, 3])} AS extra FROM gen.keyed WITH NO DATA`,
    drop: ({ n }) => `DROP MATERIALIZED VIEW gen.matview_${n}`,
    alter: [
      ({ n }) => `ALTER MATERIALIZED VIEW gen.matview_${n} SET (fillfactor = 60)`,
      ({ n }) => `ALTER MATERIALIZED VIEW gen.matview_${n} RENAME COLUMN extra TO more`,
      ({ n }) => `ALTER MATERIALIZED VIEW gen.matview_${n} ALTER COLUMN extra SET STATISTICS 9`,
      ({ n }) => `ALTER MATERIALIZED VIEW gen.matview_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER MATERIALIZED VIEW gen.matview_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'partitioned',
    create: ({ n, random }) =>
      `CREATE TABLE gen.partitioned_${n} (a integer, b text) PARTITION BY ${random.pick(['RANGE (a)', 'LIST (b)', 'HASH (a)', 'RANGE (a, b)'])}`,
    drop: ({ n }) => `DROP TABLE gen.partitioned_${n}`,
    alter: [
      ({ n }) => `ALTER TABLE gen.partitioned_${n} ADD COLUMN more integer`,
      ({ n }) => `ALTER TABLE gen.partitioned_${n} RENAME TO renamed_${n}`,
      ({ n, role }) => `ALTER TABLE gen.partitioned_${n} OWNER TO ${role}`,
    ],
  },
  {
    name: 'trigger',
    needs: ({ n }) => `CREATE TABLE gen.of_trigger_${n} (a integer, b text)`,
    create: ({ n, random }) =>
      `CREATE TRIGGER trigger_${n} ${random.pick(['BEFORE INSERT', 'AFTER UPDATE OF a', 'AFTER DELETE OR INSERT', 'BEFORE UPDATE'])} ON gen.of_trigger_${n} FOR EACH ${random.pick(['ROW', 'STATEMENT'])} EXECUTE FUNCTION gen.fire(${random.pick(["''", "'x'"])})`,
    drop: ({ n }) => `DROP TRIGGER trigger_${n} ON gen.of_trigger_${n}`,
    alter: [
      ({ n }) => `ALTER TABLE gen.of_trigger_${n} DISABLE TRIGGER trigger_${n}`,
      ({ n }) => `ALTER TABLE gen.of_trigger_${n} ENABLE ALWAYS TRIGGER trigger_${n}`,
      ({ n }) => `ALTER TABLE gen.of_trigger_${n} ENABLE REPLICA TRIGGER trigger_${n}`,
      ({ n }) => `ALTER TRIGGER trigger_${n} ON gen.of_trigger_${n} RENAME TO renamed_${n}`,
    ],
  },
  {
    name: 'rule',
    needs: ({ n }) => `CREATE TABLE gen.of_rule_${n} (a integer)`,
    create: ({ n, random }) =>
      `CREATE RULE rule_${n} AS ON ${random.pick(['INSERT', 'UPDATE', 'DELETE'])} TO gen.of_rule_${n} DO ${random.pick(['INSTEAD NOTHING', 'ALSO NOTIFY changed'])}`,
    drop: ({ n }) => `DROP RULE rule_${n} ON gen.of_rule_${n}`,
    alter: [
      ({ n }) => `ALTER RULE rule_${n} ON gen.of_rule_${n} RENAME TO renamed_${n}`,
      ({ n }) => `ALTER TABLE gen.of_rule_${n} DISABLE RULE rule_${n}`,
      ({ n }) => `ALTER TABLE gen.of_rule_${n} ENABLE ALWAYS RULE rule_${n}`,
    ],
  },
  {
    name: 'policy',
    needs: ({ n }) => `CREATE TABLE gen.of_policy_${n} (a integer)`,
    create: ({ n, random }) =>
      `CREATE POLICY policy_${n} ON gen.of_policy_${n} AS ${random.pick(['PERMISSIVE', 'RESTRICTIVE'])} FOR ${random.pick(['ALL', 'UPDATE'])} USING (a ${random.pick(['>', '<'])} 1)`,
    drop: ({ n }) => `DROP POLICY policy_${n} ON gen.of_policy_${n}`,
    alter: [
      ({ n }) => `ALTER POLICY policy_${n} ON gen.of_policy_${n} USING (a = 5)`,
      ({ n }) => `ALTER POLICY policy_${n} ON gen.of_policy_${n} WITH CHECK (a = 6)`,
      ({ n, role }) => `ALTER POLICY policy_${n} ON gen.of_policy_${n} TO ${role}`,
      ({ n }) => `ALTER POLICY policy_${n} ON gen.of_policy_${n} RENAME TO renamed_${n}`,
    ],
  },
  {
    name: 'statistics',
    needs: ({ n }) => `CREATE TABLE gen.of_statistics_${n} (a integer, b integer, c integer)`,
    create: ({ n, random }) =>
      `CREATE STATISTICS gen.statistics_${n} ${random.pick(['', '(ndistinct) ', '(dependencies, mcv) '])}ON a, b FROM gen.of_statistics_${n}`,
    drop: ({ n }) => `DROP STATISTICS gen.statistics_${n}`,
    alter: [
      ({ n }) => `ALTER STATISTICS gen.statistics_${n} SET STATISTICS 33`,
      ({ n }) => `ALTER STATISTICS gen.statistics_${n} RENAME TO renamed_${n}`,
      ({ n }) => `ALTER STATISTICS gen.statistics_${n} SET SCHEMA gen_other`,
      ({ n, role }) => `ALTER STATISTICS gen.statistics_${n} OWNER TO ${role}`,
    ],
  },
];
