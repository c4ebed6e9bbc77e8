import { beforeEach, describe, expect, test } from '@jest/globals';
import { locksOf } from '../../../src/core/lint/syntax/locks.js';
import { LOCK_MODES } from '../../../src/core/lint/syntax/lock-modes.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { testSince } from '../../support/server/since-version.js';
import { locksInTransaction, locksWhileWaiting, type SeenLocks } from './seen-locks.js';

const db = useEmptyDatabase('locks');

beforeEach(() =>
  db.query(`
    CREATE TABLE a (id int PRIMARY KEY, b int, c text);
    CREATE TABLE b (id int PRIMARY KEY, a int);
    CREATE INDEX a_b ON a (b);
    ALTER TABLE a ADD CONSTRAINT unchecked CHECK (b > 0) NOT VALID;
    CREATE TABLE parts (id int) PARTITION BY RANGE (id);
    CREATE TABLE part1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
    CREATE TABLE part2 (id int);
    CREATE VIEW v AS SELECT 1 AS x;
    CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;
    CREATE UNIQUE INDEX ON m (x);
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER t AFTER INSERT ON b EXECUTE FUNCTION f();
    CREATE POLICY p ON b;
    CREATE RULE r AS ON DELETE TO b DO NOTHING;
    CREATE SCHEMA other`),
);

async function predicted(sql: string): Promise<SeenLocks> {
  const statements = (await parseStatements(sql)) ?? [];
  const locks = statements.flatMap(({ node }) => (node ? locksOf(node) : []));
  const names = [...new Set(locks.map(({ relation }) => relation.name))];
  const strongest = (name: string) =>
    LOCK_MODES.findLast((mode) => locks.some((lock) => lock.relation.name === name && lock.mode === mode));
  return Object.fromEntries(names.map((name) => [name, strongest(name)])) as SeenLocks;
}

async function expectPrediction(sql: string): Promise<void> {
  const locks = await predicted(sql);
  expect(Object.keys(locks)).not.toEqual([]);
  expect(await locksInTransaction(db, sql)).toMatchObject(locks);
}

const alter = (actions: string): string => `ALTER TABLE a ${actions}`;

describe('the locks that lint reads from a statement are those that the server takes', () => {
  test.each([
    alter('ADD COLUMN d int'),
    alter('DROP COLUMN b'),
    alter('ALTER c SET NOT NULL'),
    alter('ALTER c SET DEFAULT 1'),
    alter('ALTER c TYPE varchar'),
    alter('ALTER c SET STATISTICS 100'),
    alter('ALTER c SET STORAGE external'),
    alter('ALTER c SET (n_distinct = 5)'),
    alter('ALTER c RESET (n_distinct)'),
    alter('VALIDATE CONSTRAINT unchecked'),
    alter('ADD CHECK (b > 1)'),
    alter('ADD CHECK (b > 1) NOT VALID'),
    alter('ADD UNIQUE (b)'),
    alter('ADD FOREIGN KEY (b) REFERENCES b'),
    alter('ADD FOREIGN KEY (b) REFERENCES b NOT VALID'),
    alter('ADD COLUMN d int REFERENCES b'),
    alter('ADD FOREIGN KEY (b) REFERENCES b, ADD COLUMN d int'),
    alter('DROP CONSTRAINT unchecked'),
    alter('CLUSTER ON a_b'),
    alter('SET WITHOUT CLUSTER'),
    alter('SET (fillfactor = 70)'),
    alter('SET (autovacuum_enabled = false, fillfactor = 70)'),
    alter('SET (toast.autovacuum_enabled = false)'),
    alter('SET (user_catalog_table = true)'),
    alter('SET (fillfactor = 70, user_catalog_table = true)'),
    alter('RESET (fillfactor)'),
    alter('SET UNLOGGED'),
    alter('OWNER TO CURRENT_USER'),
    alter('ENABLE ROW LEVEL SECURITY'),
    alter('REPLICA IDENTITY FULL'),
    alter('SET SCHEMA other'),
    alter('RENAME TO z'),
    alter('RENAME b TO z'),
    alter('RENAME CONSTRAINT unchecked TO z'),
    'ALTER TABLE b DISABLE TRIGGER t',
    'ALTER TABLE b ENABLE ALWAYS TRIGGER t',
    'ALTER TABLE b ENABLE REPLICA TRIGGER t',
    'ALTER TABLE b ENABLE TRIGGER ALL',
    'ALTER TABLE b DISABLE TRIGGER USER',
    'ALTER TABLE b DISABLE RULE r',
    'ALTER TABLE parts ATTACH PARTITION part2 FOR VALUES FROM (10) TO (20)',
    'CREATE TABLE part3 PARTITION OF parts FOR VALUES FROM (20) TO (30)',
    'CREATE TABLE child () INHERITS (a)',
    'CREATE TABLE c (a int REFERENCES a, b int, FOREIGN KEY (b) REFERENCES b)',
    'CREATE INDEX ON a (c)',
    'CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f()',
    'CREATE RULE r AS ON DELETE TO a DO NOTHING',
    'CREATE POLICY p ON a',
    'ALTER POLICY p ON b USING (true)',
    'DROP POLICY p ON b',
    'DROP TRIGGER t ON b',
    'DROP RULE r ON b',
    'DROP TABLE a, b',
    'DROP INDEX a_b',
    'DROP VIEW v',
    'DROP MATERIALIZED VIEW m',
    'ALTER INDEX a_b RENAME TO z',
    'ALTER VIEW v RENAME TO z',
    'ALTER VIEW v RENAME COLUMN x TO z',
    'REINDEX TABLE a',
    'REINDEX INDEX a_b',
    'CLUSTER a USING a_b',
    'TRUNCATE a, b',
    'LOCK TABLE a',
    'LOCK TABLE a, b IN SHARE ROW EXCLUSIVE MODE',
    'LOCK TABLE a IN ACCESS SHARE MODE',
    'REFRESH MATERIALIZED VIEW m',
    'REFRESH MATERIALIZED VIEW CONCURRENTLY m',
    'INSERT INTO a VALUES (1)',
    'UPDATE a SET b = 1',
    'DELETE FROM a',
    'COPY a TO STDOUT',
  ])('%s', expectPrediction); // prettier-ignore

  testSince(14, 'ACCESS EXCLUSIVE on the partition')('DETACH PARTITION', () =>
    expectPrediction('ALTER TABLE parts DETACH PARTITION part1'),
  );

  testSince(15, 'MERGE')('MERGE', () =>
    expectPrediction('MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE'),
  );

  test.each([
    ['CREATE INDEX CONCURRENTLY ON a (c)', 'a IN ROW EXCLUSIVE MODE'],
    ['DROP INDEX CONCURRENTLY a_b', 'a IN ROW EXCLUSIVE MODE'],
    ['REINDEX TABLE CONCURRENTLY a', 'a IN ROW EXCLUSIVE MODE'],
    ['VACUUM a', 'a IN SHARE UPDATE EXCLUSIVE MODE'],
    ['VACUUM FULL a', 'a IN ACCESS SHARE MODE'],
  ])('%s', async (sql, hold) => {
    const locks = await predicted(sql);
    const names = Object.keys(locks);
    const seen = await locksWhileWaiting(db, sql, hold, (so) => names.every((name) => so[name] === locks[name]));
    expect(seen).toMatchObject(locks);
  });

  testSince(14, 'DETACH … CONCURRENTLY')('DETACH PARTITION CONCURRENTLY', async () => {
    const sql = 'ALTER TABLE parts DETACH PARTITION part1 CONCURRENTLY';
    expect((await predicted(sql))['parts']).toBe('SHARE UPDATE EXCLUSIVE');
    const seen = await locksWhileWaiting(db, sql, 'ONLY parts IN SHARE UPDATE EXCLUSIVE MODE', (so) => 'parts' in so);
    expect(seen['parts']).toBe('SHARE UPDATE EXCLUSIVE');
  });
});
