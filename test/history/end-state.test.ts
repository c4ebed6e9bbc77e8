import { afterEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database/database.js';
import { testSince } from '../support/server/since-version.js';
import { endState } from '../support/database/end-state.js';

/** The tests against psql are worth what this comparison sees. */
const BEFORE = `
  CREATE TYPE mood AS ENUM ('sad', 'happy');
  CREATE TABLE t (id int PRIMARY KEY, name text DEFAULT 'a', m mood);
  CREATE INDEX i ON t (name);
  INSERT INTO t VALUES (1);
  CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE VIEW v AS SELECT id FROM t;
  CREATE SEQUENCE s;
  CREATE TABLE m (n int) PARTITION BY LIST (n);
  CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1);
  CREATE MATERIALIZED VIEW mv AS SELECT id FROM t`;

const made: TestDatabase[] = [];
afterEach(() => Promise.all(made.splice(0).map((db) => db.drop())));

describe('the comparison of two databases', () => {
  test.each<[string, string]>([
    ['a value', `UPDATE t SET name = 'b'`],
    ['a row', 'INSERT INTO t VALUES (2)'],
    ['rows of a materialized view', 'DELETE FROM t; REFRESH MATERIALIZED VIEW mv; INSERT INTO t VALUES (1)'],
    ['a materialized view without rows', 'REFRESH MATERIALIZED VIEW mv WITH NO DATA'],
    ['a default', `ALTER TABLE t ALTER name SET DEFAULT 'b'`],
    ['a type', 'ALTER TABLE t ALTER name TYPE varchar(10)'],
    ['an invalid index', `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass`],
    ['what an index covers', 'DROP INDEX i; CREATE INDEX i ON t (name DESC)'],
    ['the index that a table is clustered on', 'ALTER TABLE t CLUSTER ON i'],
    ['a constraint that is not validated', 'ALTER TABLE t ADD CHECK (id > 0) NOT VALID'],
    ['the order of the labels of an enum', `ALTER TYPE mood ADD VALUE 'glad' BEFORE 'sad'`],
    [
      'the body of a function, to the letter',
      `CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS E'SELECT\\r\\n1'`,
    ],
    ['the query of a view', 'CREATE OR REPLACE VIEW v AS SELECT id + 0 AS id FROM t'],
    ['where a sequence stands', `SELECT nextval('s')`],
    ['a detached partition', 'ALTER TABLE m DETACH PARTITION m1'],
    ['a comment', `COMMENT ON COLUMN t.name IS 'é'`],
    ['a right', 'GRANT SELECT ON t TO pg_monitor'],
    ['an owner', 'ALTER TABLE t OWNER TO pg_monitor'],
    [
      'a setting of the database',
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database()); END $$`,
    ],
    ['a rule', 'CREATE RULE r AS ON UPDATE TO t DO ALSO NOTHING'],
    ['a schema', 'CREATE SCHEMA other'],
    ['persistence', 'ALTER TABLE t SET UNLOGGED'],
  ])('sees %s', (_sentence, change) => expectSeen(change));

  testSince(14, 'DETACH PARTITION … CONCURRENTLY')('sees a detach that is pending', () =>
    expectSeen('UPDATE pg_inherits SET inhdetachpending = true'),
  );
});

async function expectSeen(change: string): Promise<void> {
  const [same, changed] = await Promise.all([createTestDatabase('same'), createTestDatabase('changed')]);
  made.push(same, changed);
  await Promise.all([same.query(BEFORE), changed.query(BEFORE)]);
  expect(await endState(same.connectionString)).toEqual(await endState(changed.connectionString));
  await changed.query(change);
  expect(await endState(same.connectionString)).not.toEqual(await endState(changed.connectionString));
}
