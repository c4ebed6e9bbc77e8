import { describe, expect, test } from '@jest/globals';
import { usesNewEnumValue } from '../../../../src/core/sql/statements/enum-values.js';
import { statementsOf } from './statements-of.js';

const ADD = "ALTER TYPE mood ADD VALUE 'new';\n";

describe('an enum value that is added and used in one file', () => {
  test.each([
    ['in a statement', `${ADD}INSERT INTO t VALUES ('new');`],
    ['with a cast', `${ADD}SELECT 'new'::mood;`],
    ['as a default', `${ADD}ALTER TABLE t ALTER COLUMN m SET DEFAULT 'new';`],
    ['in the condition of an index', `${ADD}CREATE INDEX ON t (a) WHERE m = 'new';`],
    ['in a check', `${ADD}ALTER TABLE t ADD CHECK (m <> 'new');`],
    ['deep in an expression', `${ADD}UPDATE t SET m = CASE WHEN a IN (SELECT 1) THEN 'new' END;`],
    [
      'when it was added unless it exists',
      "ALTER TYPE s.mood ADD VALUE IF NOT EXISTS 'new' AFTER 'old'; SELECT 'new'::s.mood;",
    ],
    ['with a quote in it', "ALTER TYPE mood ADD VALUE 'it''s'; DO $$ BEGIN INSERT INTO t VALUES ('it''s'); END $$;"],
    ['in a block that runs at once', `${ADD}DO $$ BEGIN INSERT INTO t VALUES ('new'); END $$;`],
    [
      'in a function in SQL, which is checked at once',
      `${ADD}CREATE FUNCTION f() RETURNS mood LANGUAGE sql AS $$ SELECT 'new'::mood $$;`,
    ],
    [
      'in a function whose language is a string',
      `${ADD}CREATE FUNCTION f() RETURNS mood LANGUAGE 'SQL' AS 'SELECT ''new''::mood';`,
    ],
    [
      'in a body of statements',
      `${ADD}CREATE FUNCTION f() RETURNS mood LANGUAGE sql BEGIN ATOMIC SELECT 'new'::mood; END;`,
    ],
    [
      'in the default of an argument',
      `${ADD}CREATE FUNCTION f(m mood DEFAULT 'new') RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$;`,
    ],
    ['though another type is made here', `CREATE TYPE other AS ENUM ('a'); ${ADD}SELECT 'new'::mood;`],
    ['though its type is made here, but later', `${ADD}SELECT 'new'::mood; CREATE TYPE mood AS ENUM ('a');`],
  ])('is found %s', async (_, sql) => {
    expect(usesNewEnumValue(await statementsOf(sql))).toBe(true);
  });

  test.each([
    ['when it is not used', `${ADD}INSERT INTO t VALUES ('old');`],
    ['when it is used only before', `INSERT INTO t (a) VALUES ('new'); ${ADD}`],
    ['when only a comment mentions it', `${ADD}-- 'new'\nSELECT 1 /* 'new' */;`],
    ['when it is part of another string', `${ADD}SELECT 'newer', 'a new one';`],
    ['when it is the name of something', `${ADD}SELECT "new" FROM t;`],
    [
      'when a function of another language uses it later',
      `${ADD}CREATE FUNCTION f() RETURNS mood LANGUAGE plpgsql AS $$ BEGIN RETURN 'new'; END $$;`,
    ],
    ['when a block holds it in a comment', `${ADD}DO $$ BEGIN -- 'new'\n END $$;`],
    ['when the next value is put behind it', `${ADD}ALTER TYPE mood ADD VALUE 'newer' AFTER 'new';`],
    ['when the type is made here too', `CREATE TYPE mood AS ENUM ('old'); ${ADD}SELECT 'new'::mood;`],
    ['when a value is renamed', "ALTER TYPE mood RENAME VALUE 'old' TO 'new'; SELECT 'new'::mood;"],
    ['without any enum', "SELECT 'new';"],
  ])('is not found %s', async (_, sql) => {
    expect(usesNewEnumValue(await statementsOf(sql))).toBe(false);
  });
});
