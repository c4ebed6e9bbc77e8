import { gateCall } from './gates.js';

const FIRST = '001_ledger.sql';

/** `ledger` shows whatever ran twice, or never. Rows only, no sequences: these move on even when a transaction does not. */
const noted = (what: string): string => `INSERT INTO ledger VALUES ('${what}');`;

/** A transactional migration that stops at its gate half-way. */
function half(name: string, first: string, second: string): [string, string] {
  return [name, `${first}\n${noted(`${name}, first half`)}\n${gateCall(`file ${name}`)}\n${second}\n${noted(name)}\n`];
}

const STEPS = `${noted('004, begun')}
CREATE INDEX CONCURRENTLY named ON course (title);
CREATE INDEX CONCURRENTLY ON course (lower(title));
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS another ON course (id, title) WHERE id > 0;
${noted('004, in the middle')}
BEGIN; ${noted('004, in a group')} ${noted('004, in a group, too')} COMMIT;
DROP INDEX CONCURRENTLY dropped;
REINDEX TABLE CONCURRENTLY course;
VACUUM course;
${noted('004, done')}
`;

const MORE_STEPS = `-- no-transaction
ALTER TYPE mood ADD VALUE 'new';
INSERT INTO ledger SELECT '007, ' || 'new'::mood;
CREATE INDEX CONCURRENTLY ON person (name);
ALTER TABLE part DETACH PARTITION part_1 CONCURRENTLY;
BEGIN; ${noted('007, undone')} ROLLBACK;
DROP INDEX CONCURRENTLY IF EXISTS dropped_too;
UPDATE person SET name = upper(name);
VACUUM ANALYZE person;
${noted('007, done')}
`;

/** Applied before the first round: with it the history table is there. */
export const BEFORE: Readonly<Record<string, string>> = { [FIRST]: `CREATE TABLE ledger (what text);\n` };

/** What each round migrates. */
export const FILES: Readonly<Record<string, string>> = {
  ...BEFORE,
  ...Object.fromEntries([
    half(
      '002_course.sql',
      'CREATE TABLE course (id int PRIMARY KEY, title text);',
      `INSERT INTO course SELECT n, 'course ' || n FROM generate_series(1, 500) AS n; CREATE INDEX dropped ON course (title, id);`,
    ),
    half(
      '003_person.sql',
      `CREATE TABLE person (id int PRIMARY KEY, name text); CREATE TYPE mood AS ENUM ('old');`,
      `INSERT INTO person SELECT n, 'person ' || n FROM generate_series(1, 500) AS n; CREATE INDEX dropped_too ON person (name, id);`,
    ),
    ['004_steps.sql', STEPS],
    half(
      '005_attendance.sql',
      'CREATE TABLE attendance (person int REFERENCES person, course int REFERENCES course, PRIMARY KEY (person, course));',
      'INSERT INTO attendance SELECT n, n FROM generate_series(1, 100) AS n;',
    ),
    half(
      '006_partitions.sql',
      'CREATE TABLE part (n int) PARTITION BY LIST (n); CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);',
      'CREATE TABLE part_2 PARTITION OF part FOR VALUES IN (2); INSERT INTO part VALUES (1), (2);',
    ),
    ['007_more_steps.sql', MORE_STEPS],
    half(
      '008_function.sql',
      `CREATE FUNCTION attended(int) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM attendance WHERE person = $1';`,
      'CREATE VIEW busy AS SELECT id, attended(id) FROM person WHERE attended(id) > 0;',
    ),
    half(
      '009_last.sql',
      'ALTER TABLE course ADD COLUMN teacher int REFERENCES person;',
      'UPDATE course SET teacher = id WHERE id <= 50;',
    ),
  ]),
};

/** Those that run in one transaction, and have a gate inside. */
export const TRANSACTIONAL = Object.keys(FILES).filter((name) => FILES[name]?.includes(gateCall(`file ${name}`)));

/** The non-transactional ones. */
export const NON_TRANSACTIONAL = Object.keys(FILES).filter((name) => name !== FIRST && !TRANSACTIONAL.includes(name));
