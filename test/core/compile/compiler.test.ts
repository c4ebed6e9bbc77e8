import { expect, test } from '@jest/globals';
import { Compiler } from '../../../src/core/compile/compiler.js';
import { DEFAULT_DELIMITERS, type Placeholders } from '../../../src/core/compile/placeholders.js';
import { LAYOUTS } from '../../../src/core/tools/layouts.js';
import { parseStatements } from '../../../src/postgres/parser/parse-sql.js';
import { migrationFile } from '../fixtures.js';

const values = (role: string): Placeholders => ({ values: { role }, delimiters: DEFAULT_DELIMITERS });

test('a migration is compiled once for the same values, and once more for others', async () => {
  const parsed: string[] = [];
  const compiler = new Compiler((text) => {
    parsed.push(text);
    return parseStatements(text);
  }, LAYOUTS.plain);
  const migration = migrationFile('1_a.sql', 'CALL {{role}}();');
  const [first, again, other, third] = await Promise.all([
    compiler.compile(migration, values('app')),
    compiler.compile(migration, values('app')),
    compiler.compile(migration, values('web')),
    compiler.compile(migrationFile('1_a.sql', migration.text), values('app')),
  ]);
  expect(again).toBe(first);
  expect(parsed).toEqual(['CALL app();', 'CALL web();', 'CALL app();']);
  expect(other).toMatchObject({ program: { migration, body: 'CALL web();' } });
  expect(third).not.toBe(first);
});

test('a migration is read by the layout of its directory', async () => {
  const compiler = new Compiler(parseStatements, LAYOUTS.goose);
  const migration = migrationFile('1_a.sql', '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n');
  expect(await compiler.compile(migration, undefined)).toMatchObject({ program: { statements: { length: 1 } } });
});
