import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { lex } from '../../../../src/core/sql/text/lexer.js';
import { parseStatements } from '../../../../src/postgres/parser/parse-sql.js';
import { judge } from './judge-ordinary.js';

const FIXTURES = ['migrations', 'test']
  .flatMap((directory) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((file) => path.join(directory, file)),
  )
  .filter((file) => file.endsWith('.sql'))
  .map((file) => readFileSync(file, 'utf8'));

/** Words that decide how a file runs, that may begin a statement, or that could be mistaken for such words. */
const WORDS = `
  abort aggregate all alter analyze as atomic attach begin call cascade case cast characteristics checkpoint close cluster
  collation comment commit concurrently constraint copy create cursor database deallocate declare default delete detach
  discard do domain drop else end event execute explain extension fetch finalize foreign from function global grant group
  if import index insert into language listen load local lock materialized merge move notify on only operator or owned
  partition pg_advisory_lock pg_advisory_unlock_all pg_try_advisory_lock_shared pg_advisory_xact_lock policy prepare
  prepared procedure publication read reassign recursive refresh reindex release replace reset returning revoke role
  rollback routine rule savepoint schema security select sequence server session set set_config show start statistics
  stdin subscription system table tablespace temp temporary then transaction trigger truncate type union unique unlisten
  unlogged update user vacuum value values view when with work write`
  .trim()
  .split(/\s+/);

/** Each with a place for a word. */
const PLACES: readonly ((word: string) => string)[] = [
  (word) => word,
  (word) => `${word} t`,
  (word) => `${word} TABLE t`,
  (word) => `${word} ALL`,
  (word) => `${word} FROM t`,
  (word) => `${word} x AS SELECT 1`,
  (word) => `SELECT 1; ${word}; SELECT 2`,
  (word) => `BEGIN; ${word}; COMMIT`,
  (word) => `BEGIN ${word}; SELECT 1; COMMIT`,
  (word) => `BEGIN; SELECT 1; COMMIT ${word}`,
  (word) => `${word}; SELECT 1; ${word}`,
  (word) => `CREATE ${word} x`,
  (word) => `CREATE ${word} x (a int)`,
  (word) => `CREATE ${word} VIEW x AS SELECT 1`,
  (word) => `CREATE INDEX ${word} i ON t (a)`,
  (word) => `CREATE SCHEMA s CREATE ${word} x`,
  (word) => `CREATE FUNCTION f() RETURNS int LANGUAGE sql ${word} ATOMIC SELECT 1; END`,
  (word) => `DROP ${word} x`,
  (word) => `DROP INDEX ${word} i`,
  (word) => `ALTER ${word} x SET a = 1`,
  (word) => `ALTER ${word} x RESET ALL`,
  (word) => `ALTER ${word} x OWNER TO y`,
  (word) => `ALTER TABLE t DETACH PARTITION p ${word}`,
  (word) => `ALTER TABLE t ADD ${word} int`,
  (word) => `ALTER TYPE e ADD ${word} 'v'; SELECT 'v'::e`,
  (word) => `SET ${word} = on`,
  (word) => `SET ${word} READ ONLY`,
  (word) => `SET ${word} AS TRANSACTION READ ONLY`,
  (word) => `RESET ${word}`,
  (word) => `REFRESH MATERIALIZED VIEW ${word} v`,
  (word) => `SELECT ${word}`,
  (word) => `SELECT ${word}(1)`,
  (word) => `SELECT pg_catalog.${word}(1)`,
  (word) => `SELECT "${word}"(1)`,
  (word) => `SELECT U&"${word}"(1)`,
  (word) => `SELECT 1 ${word}`,
  (word) => `SELECT 1 AS ${word} FROM t AS ${word}`,
  (word) => `SELECT a.${word} FROM a`,
  (word) => `SELECT 1${word}`,
  (word) => `SELECT 1 FROM "${word}"`,
  (word) => `CREATE TABLE ${word} (${word} int)`,
  (word) => `CREATE TABLE "${word}" ("${word}" int)`,
  (word) => `SELECT '${word}; ${word}', E'\\'; ${word};', U&'; ${word}', N'; ${word}'`,
  (word) => `SELECT 'a'\n'; ${word};'`,
  (word) => `-- ${word};\nSELECT 1 /* ; ${word}; /* ; */ ; */;`,
  (word) => `DO $$ BEGIN ${word}; PERFORM ${word}(1); END $$`,
  (word) => `DO $x$ $$ ; ${word}; $$ $x$; SELECT 1`,
  (word) => `DO '${word}; '`,
  (word) => `DO LANGUAGE ${word} $$ $$`,
  (word) => `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $f$ ${word}; SELECT ${word}(1) $f$`,
];

describe('the parser would have produced the same program for an ordinary file', () => {
  test('for all SQL files here', async () => {
    const verdicts = await Promise.all(FIXTURES.map((text) => judge(text)));
    expect(FIXTURES.filter((_, i) => verdicts[i] === 'different')).toEqual([]);
    expect(verdicts.filter((verdict) => verdict === 'same').length).toBeGreaterThan(50);
  });

  test('for each word in each place', async () => {
    const tried = WORDS.flatMap((word) => [word, word.toUpperCase()].flatMap((each) => PLACES.map((at) => at(each))));
    const verdicts = await Promise.all(tried.map((text) => judge(text)));
    expect(tried.filter((_, i) => verdicts[i] === 'different')).toEqual([]);
    expect(verdicts.filter((verdict) => verdict === 'same').length).toBeGreaterThan(1_000);
  });

  test('for statements in any order, with a word too many or too few', async () => {
    const statement = fc.constantFrom(...(await statementsOfFixtures()), ...PLACES.map((at) => at('x')));
    const word = fc.constantFrom(...WORDS, ';', '(', ')', '1', "'v'", '"v"', '$$ ; $$', '.', '::', '-- ;\n', '/* ; */');
    const between = fc.constantFrom(';', ';\n', ';;', ' ;-- ;\n', '; /* ; */ ', '');
    const change = fc.option(fc.record({ at: fc.nat(), word, removes: fc.boolean() }));
    let same = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(statement, between), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        change,
        async (parts, wraps, changed) => {
          const whole = parts.map((part) => part.join('')).join('');
          const text = wraps ? `BEGIN; ${whole}; COMMIT` : whole;
          const verdict = await judge(changed ? withChange(text, changed) : text);
          expect(verdict).not.toBe('different');
          if (verdict === 'same') same++;
        },
      ),
      { numRuns: 2_000 },
    );
    expect(same).toBeGreaterThan(100);
  });
});

async function statementsOfFixtures(): Promise<string[]> {
  const texts = await Promise.all(
    FIXTURES.map(async (text) => (await parseStatements(text))?.map(({ start, end }) => text.slice(start, end)) ?? []),
  );
  return [...new Set(texts.flat())].filter((text) => text.length < 400);
}

/** The text with a word inserted, or in place of another. */
function withChange(text: string, { at, word, removes }: { at: number; word: string; removes: boolean }): string {
  const tokens: [number, number][] = [];
  lex(text, (_, start, end) => {
    tokens.push([start, end]);
  });
  const [start, end] = tokens[at % tokens.length] ?? [0, 0];
  return `${text.slice(0, start)} ${word} ${text.slice(removes ? end : start)}`;
}
